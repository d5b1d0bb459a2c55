// SPDX-License-Identifier: GPL-3.0-or-later
// Runs and data sets that another program adds or takes away while the window is open.
#include "core/data/store/data_store.h"
#include "core/runs/run_about.h"
#include "tests/benchmarks/run_store_maker.h"
#include "tests/support/made_images.h"
#include "tests/support/window_driver.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace vit;
using namespace vit::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 30'000;  // ms; what takes a blink takes seconds on a busy machine
constexpr test::StoreSize kSmall = {1, 4, 3};

}  // namespace

class TestOtherPrograms : public QObject, private test::WindowDriver {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { end(); }

    void runsAppear();
    void runsFolderIsRemovedAndMadeAnew();
    void runsComeWhileANameIsTyped();
    void theSelectionStays();
    void dataSetsComeAndGo();

private:
    fs::path runs() const { return m_bridge->options().runsFolder; }
    int rows() const { return m_window->runsPage()->model().rowCount(); }
    QString state(const char* run) const {
        const RunsModel& model = m_window->runsPage()->model();
        const int row = model.rowOf(QString::fromStdString((runs() / run).string()));
        return row < 0 ? QString() : model.index(row, model.sectionOf("state")).data().toString();
    }
};

void TestOtherPrograms::init() {
    start();
    m_window->showPage(MainWindow::RunsPageIndex);
    QTest::qWait(100);
}

// Neither folder is there at the first start.
void TestOtherPrograms::runsAppear() {
    QVERIFY(!fs::exists(runs()));
    fs::create_directories(runs() / "one");  // a run's folder is made some time before its first file
    QTest::qWait(1000);
    QCOMPARE(rows(), 0);
    test::makeRun(runs() / "one", 4, kSmall);  // without a result
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 1, kPatience);
    const QString before = state("one");
    RunWriter(runs() / "one", kSmall.epochs, kSmall.epochs * kSmall.stepsPerEpoch).writeResult({});
    QTRY_VERIFY_WITH_TIMEOUT(state("one") != before, kPatience);
}

void TestOtherPrograms::runsFolderIsRemovedAndMadeAnew() {
    test::makeRun(runs() / "one", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 1, kPatience);
    fs::remove_all(runs());
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 0, kPatience);
    test::makeRun(runs() / "two", 0, kSmall);
    test::makeRun(runs() / "three", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 2, kPatience);
    fs::rename(runs(), runs().string() + ".old");  // and another one in its place
    test::makeRun(runs() / "four", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 1, kPatience);
    QVERIFY(!state("four").isEmpty());
    test::makeRun(runs() / "five", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 2, kPatience);
}

void TestOtherPrograms::runsComeWhileANameIsTyped() {
    test::makeRun(runs() / "one", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 1, kPatience);
    RunsTable* table = m_window->runsPage()->table();
    table->selectRow(0);
    table->setFocus();
    QTest::qWait(1000);  // until what belongs to the selection is drawn
    table->editName();
    auto* editor = table->findChild<QLineEdit*>();
    QVERIFY(editor);
    QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(editor, "my be");
    test::makeRun(runs() / "two", 0, kSmall);
    QTest::qWait(1500);
    QVERIFY(table->findChild<QLineEdit*>() == editor);
    QCOMPARE(editor->text(), QString("my be"));
    QTest::keyClicks(editor, "st");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 2, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(readAbout(runs() / "one").name, std::string("my best"), kPatience);
}

void TestOtherPrograms::theSelectionStays() {
    test::makeRun(runs() / "one", 0, kSmall);
    test::makeRun(runs() / "two", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 2, kPatience);
    RunsTable* table = m_window->runsPage()->table();
    table->select({QString::fromStdString((runs() / "one").string())});
    QSignalSpy resets(&m_window->runsPage()->model(), &QAbstractItemModel::modelReset);
    test::makeRun(runs() / "three", 0, kSmall);
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 3, kPatience);
    fs::remove_all(runs() / "two");
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 2, kPatience);
    QCOMPARE(m_window->runsPage()->selectedRuns().size(), std::size_t{1});
    QCOMPARE(m_window->runsPage()->selectedRuns().front()->folder, runs() / "one");
    QCOMPARE(resets.count(), 0);  // which would scroll the table to the selection
}

void TestOtherPrograms::dataSetsComeAndGo() {
    m_window->showPage(MainWindow::DataPageIndex);
    const fs::path photos = m_folder->filePath("photos").toStdString();
    for (const char* name : {"cats", "dogs"}) {
        fs::create_directories(photos / name);
        for (int i = 0; i < 4; ++i)
            saveImage(test::gradientImage(20 + i, 20), photos / name / (std::to_string(i) + ".png"));
    }
    const auto* combo = find<QComboBox>("datasetCombo");
    const auto known = [&] {
        const auto& sets = m_window->form()->dataSets();
        return std::any_of(sets.begin(), sets.end(), [](const DataInfo& info) { return info.name == "my-photos"; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(combo->count() > 0, kPatience);
    DataStore other(m_bridge->options().dataFolder);
    for (int round = 0; round < 2; ++round) {
        other.add("my-photos", photos);
        QTRY_VERIFY_WITH_TIMEOUT(combo->findData("my-photos") >= 0, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        other.remove("my-photos");
        QTRY_VERIFY_WITH_TIMEOUT(combo->findData("my-photos") < 0, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!known(), kPatience);
    }
}

QTEST_MAIN(TestOtherPrograms)
#include "test_other_programs.moc"
