// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page through its widgets: its list, filter, changes, trash and the run that goes on; and its models.
#include "core/events/event.h"
#include "core/runs/run_about.h"
#include "core/runs/run_files.h"
#include "core/runs/run_lock.h"
#include "core/runs/run_store.h"
#include "tests/benchmarks/run_store_maker.h"
#include "tests/support/runs_bench.h"
#include "ui/pages/runs/compare_model.h"
#include "ui/pages/runs/notes_panel.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_proxy.h"
#include "ui/pages/runs/runs_table.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTest>

#include <filesystem>
#include <string>
#include <vector>

using namespace vit;
using namespace vit::ui;
namespace fs = std::filesystem;

class TestRunsPage : public QObject {
    Q_OBJECT

private:
    test::RunStores m_stores;

private Q_SLOTS:
    void modelKeepsItsContract();
    void emptyStoreSaysSo();
    void listsAndSortsByValue();
    void filterNarrows_data();
    void filterNarrows();
    void wrongFilterKeepsTheRows();
    void onlyWhatDiffersIsShown();
    void renameTagsAndNotes();
    void takenNameIsRefused();
    void refusedChangeKeepsNoOtherBack();
    void typedNotesStay();
    void trashAsksAndMoves();
    void runTrainedElsewhereIsNotMoved();
    void openAndDuplicateAreRequested();
    void liveRunGrows();
    void looksAreRemembered();
};

void TestRunsPage::modelKeepsItsContract() {
    RunsModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    RunsProxy proxy(&model);
    const QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    CompareModel compare;
    const QAbstractItemModelTester compareTester(&compare, QAbstractItemModelTester::FailureReportingMode::QtTest);
    std::vector<RunSummary> runs = RunStore(m_stores.sharedStore()).list();
    model.setRuns(runs);
    QCOMPARE(model.rowCount(), 12);
    proxy.sort(model.sectionOf("best_accuracy"), Qt::DescendingOrder);
    compare.setRuns({&runs[0], &runs[1]}, false);
    QCOMPARE(compare.columnCount(), 2);
    model.setLive(folderOf(runs[3]));
    EpochDone epoch;
    epoch.epoch = 5;
    epoch.validation.accuracy = 0.987;
    model.addLiveEpoch(epoch);
    QCOMPARE(model.run(3).validationAccuracy.size(), std::size_t{5});
    QCOMPARE(model.index(3, model.sectionOf("best_accuracy")).data().toString(), QString("98.70 %"));
    model.addLiveEpoch(epoch);  // the same again, as when it was read from the folder
    QCOMPARE(model.run(3).validationAccuracy.size(), std::size_t{5});
    runs.pop_back();
    model.setRuns(runs);
    QCOMPARE(model.rowCount(), 11);
    model.setRuns({});
}

void TestRunsPage::emptyStoreSaysSo() {
    const fs::path store = m_stores.newStore({0, 0, 0});
    test::RunsBench bench(store, m_stores.newSettings());
    QTest::qWait(100);
    QCOMPARE(bench.find<QStackedWidget>("runsStack")->currentIndex(), 0);
    test::makeRun(store / "first", 1, test::kSmallStore);
    bench.page.refresh();
    QVERIFY(bench.waitForRows(1));
    QCOMPARE(bench.find<QStackedWidget>("runsStack")->currentIndex(), 1);
}

void TestRunsPage::listsAndSortsByValue() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    const int section = bench.page.model().sectionOf("best_accuracy");
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        bench.page.table()->sortByColumn(section, order);
        double before = order == Qt::AscendingOrder ? -1 : 2;
        for (const RunSummary* run : bench.page.table()->shownRuns()) {
            const double now = run->bestValidationAccuracy;
            QVERIFY(order == Qt::AscendingOrder ? now >= before : now <= before);
            before = now;
        }
    }
}

void TestRunsPage::filterNarrows_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("rows");
    QTest::newRow("none") << "" << 12;
    QTest::newRow("name") << "run-0007" << 1;
    QTest::newRow("state") << "unfinished" << 1;
    QTest::newRow("comparison") << "seed=2" << 4;
    QTest::newRow("both") << "seed=2 run-0001" << 1;
    QTest::newRow("nothing left") << "seed=77" << 0;
}

void TestRunsPage::filterNarrows() {
    QFETCH(QString, text);
    QFETCH(int, rows);
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.typeFilter(text);
    QCOMPARE(bench.shownRows(), rows);
    QVERIFY(bench.find<QLabel>("runsCount")->text().contains(QString::number(rows)));
    bench.page.focusFilter();
    QTest::keyClick(bench.find<QLineEdit>("runsFilter"), Qt::Key_Escape);
    QCOMPARE(bench.shownRows(), 12);
}

void TestRunsPage::wrongFilterKeepsTheRows() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.typeFilter("seed=2");
    bench.typeFilter("seed=2 layres>3");
    QCOMPARE(bench.shownRows(), 4);
    QVERIFY(bench.find<QLabel>("runsCount")->text().contains("layres"));
    QCOMPARE(bench.find<QLineEdit>("runsFilter")->property("role").toString(), QString("error"));
    bench.typeFilter("seed=2 layers>0");
    QCOMPARE(bench.find<QLineEdit>("runsFilter")->property("role").toString(), QString());
}

void TestRunsPage::onlyWhatDiffersIsShown() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    const RunsTable* table = bench.page.table();
    const int layers = bench.page.model().sectionOf("model.layers");
    const int epochs = bench.page.model().sectionOf("run.epochs");
    const int seed = bench.page.model().sectionOf("run.seed");
    QVERIFY(!table->isColumnHidden(epochs) && table->isColumnHidden(seed));
    bench.find<QCheckBox>("onlyDiffering")->setChecked(true);
    QVERIFY(table->isColumnHidden(epochs));  // the same in all
    QVERIFY(!table->isColumnHidden(layers) && !table->isColumnHidden(seed));
    bench.find<QCheckBox>("onlyDiffering")->setChecked(false);
    QVERIFY(!table->isColumnHidden(epochs) && table->isColumnHidden(seed));
}

void TestRunsPage::renameTagsAndNotes() {
    const fs::path store = m_stores.newStore();
    test::RunsBench bench(store, m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.page.table()->selectRow(0);
    const fs::path run = bench.page.selectedRuns().front()->folder;
    bench.page.table()->setFocus();
    bench.trigger("runRename");
    auto* editor = bench.page.table()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->setText("my best");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(bench.cell(0, "name"), QString("my best"), test::kPatience);
    QCOMPARE(readAbout(run).name, std::string("my best"));

    bench.trigger("runTags");
    editor = bench.page.table()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->setText("wide, baseline");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(bench.cell(0, "tags"), QString("wide, baseline"), test::kPatience);

    bench.trigger("runNotes");
    auto* notes = bench.find<QPlainTextEdit>("notesText");
    QTRY_VERIFY(notes->isEnabled());
    QTest::keyClicks(notes, "worked well");
    QTRY_COMPARE_WITH_TIMEOUT(readAbout(run).notes, std::string("worked well"), test::kPatience);
    QCOMPARE(readAbout(run).name, std::string("my best"));
    QVERIFY(bench.prompts.asked.isEmpty());
}

void TestRunsPage::takenNameIsRefused() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    const QString name = bench.cell(0, "name");
    auto* model = bench.page.table()->model();
    model->setData(model->index(0, RunsModel::NameColumn), bench.cell(1, "name"), Qt::EditRole);
    QTRY_COMPARE_WITH_TIMEOUT(bench.prompts.asked, QStringList{"Runs"}, test::kPatience);
    QCOMPARE(bench.cell(0, "name"), name);
}

void TestRunsPage::refusedChangeKeepsNoOtherBack() {
    test::RunsBench bench(m_stores.newStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    auto* model = bench.page.table()->model();
    const QString taken = bench.cell(1, "name");
    const fs::path run = bench.page.table()->shownRuns()[2]->folder;
    // The first is being made while the others come, which are made together then.
    const int tags = bench.page.model().sectionOf("tags");
    model->setData(model->index(3, tags), "first", Qt::EditRole);
    model->setData(model->index(0, RunsModel::NameColumn), taken, Qt::EditRole);
    model->setData(model->index(4, RunsModel::NameColumn), taken, Qt::EditRole);
    model->setData(model->index(2, tags), "third", Qt::EditRole);
    QTRY_COMPARE_WITH_TIMEOUT(bench.cell(2, "tags"), QString("third"), test::kPatience);
    QCOMPARE(readAbout(run).tags, std::vector<std::string>{"third"});
    QCOMPARE(bench.prompts.asked, QStringList{"Runs"});
    QCOMPARE(bench.prompts.error.count(taken), 2);  // both that were refused are told
}

// Also when they could not be written, or another program's list of runs comes first.
void TestRunsPage::typedNotesStay() {
    NotesPanel panel;
    panel.show();
    QSignalSpy changed(&panel, &NotesPanel::notesChanged);
    RunSummary run;
    run.folder = "/runs/one";
    run.about.notes = "old";
    panel.setRun(&run);
    auto* text = panel.findChild<QPlainTextEdit*>("notesText");
    QCOMPARE(text->toPlainText(), QString("old"));
    QTest::keyClicks(text, "new ");
    panel.save();
    QCOMPARE(changed.count(), 1);
    panel.setRun(&run);
    QCOMPARE(text->toPlainText(), QString("new old"));
    panel.save();  // it is not in the folder yet
    QCOMPARE(changed.count(), 2);
    run.about.notes = "new old";
    panel.setRun(&run);
    panel.save();
    QCOMPARE(changed.count(), 2);
    run.about.notes = "from elsewhere";  // nothing is typed that it would take away
    panel.setRun(&run);
    QCOMPARE(text->toPlainText(), QString("from elsewhere"));
    panel.setRun(nullptr);
    QCOMPARE(text->toPlainText(), QString());
    QCOMPARE(changed.count(), 2);
}

void TestRunsPage::trashAsksAndMoves() {
    const fs::path store = m_stores.newStore();
    test::RunsBench bench(store, m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.page.table()->selectRow(2);
    const fs::path run = bench.page.selectedRuns().front()->folder;
    bench.page.table()->setFocus();
    bench.prompts.yes = false;
    QTest::keyClick(bench.page.table(), Qt::Key_Delete);
    QCOMPARE(bench.prompts.asked, QStringList{"Move to trash"});
    QVERIFY(fs::exists(run));
    bench.prompts.yes = true;
    QTest::keyClick(bench.page.table(), Qt::Key_Delete);
    QVERIFY(bench.waitForRows(11));
    QVERIFY(!fs::exists(run));
}

void TestRunsPage::runTrainedElsewhereIsNotMoved() {
    const fs::path store = m_stores.newStore();
    test::RunsBench bench(store, m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.page.table()->selectRow(2);
    const fs::path trained = bench.page.selectedRuns().front()->folder;
    bench.page.table()->selectRow(3);
    const fs::path other = bench.page.selectedRuns().front()->folder;
    const QString name = bench.cell(2, "name");
    bench.page.table()->select({QString::fromStdString(trained.string()), QString::fromStdString(other.string())});
    {
        const RunLock held(trained);
        bench.trigger("runTrash");
        QVERIFY(bench.waitForRows(11));  // the other one goes
        QTRY_COMPARE_WITH_TIMEOUT(bench.prompts.asked, (QStringList{"Move to trash", "Runs"}), test::kPatience);
    }
    QVERIFY2(bench.prompts.error.contains('"' + name + '"'), qPrintable(bench.prompts.error));
    QVERIFY2(bench.prompts.error.contains("stop it there first"), qPrintable(bench.prompts.error));
    QVERIFY(fs::exists(trained / run_files::kConfig) && !fs::exists(other));

    bench.page.table()->select({QString::fromStdString(trained.string())});
    bench.trigger("runTrash");
    QVERIFY(bench.waitForRows(10));
    QVERIFY(!fs::exists(trained));
}

void TestRunsPage::openAndDuplicateAreRequested() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    QSignalSpy opened(&bench.page, &RunsPage::openRequested);
    QSignalSpy settings(&bench.page, &RunsPage::settingsRequested);
    bench.page.table()->selectRow(1);
    bench.page.table()->setFocus();
    QTest::keyClick(bench.page.table(), Qt::Key_Return);
    bench.trigger("runSettings");
    QCOMPARE(opened.count(), 1);
    QCOMPARE(settings.count(), 1);
    QCOMPARE(opened[0][0].value<RunSummary>().folder, bench.page.selectedRuns().front()->folder);
    bench.page.table()->selectAll();
    QVERIFY(!bench.find<QAction>("runOpen")->isEnabled());
    QTest::keyClick(bench.page.table(), Qt::Key_Return);
    QCOMPARE(opened.count(), 1);
}

void TestRunsPage::liveRunGrows() {
    const fs::path store = m_stores.newStore();
    test::RunsBench bench(store, m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    test::makeRun(store / "zz-live", 4, test::kSmallStore);  // of index 4: without a result
    RunStarted started;
    started.runFolder = (store / "zz-live").string();
    bench.bridge.post(started);
    QVERIFY(bench.waitForRows(13));
    const int row = bench.page.model().rowOf(QString::fromStdString(started.runFolder));
    const auto cell = [&](const char* key) {
        return bench.page.model().index(row, bench.page.model().sectionOf(key)).data().toString();
    };
    QCOMPARE(cell("state"), QString("running"));
    EpochDone epoch;
    epoch.epoch = 5;
    epoch.validation.accuracy = 0.9;
    bench.bridge.post(epoch);
    QTRY_COMPARE(cell("epochs_done"), QString("5"));
    QCOMPARE(cell("best_accuracy"), QString("90.00 %"));
    bench.page.table()->select({QString::fromStdString(started.runFolder)});
    QVERIFY(!bench.find<QAction>("runTrash")->isEnabled());
    bench.bridge.post(RunFinished{});
    QTRY_COMPARE_WITH_TIMEOUT(cell("state"), QString("unfinished"), test::kPatience);
    QVERIFY(bench.find<QAction>("runTrash")->isEnabled());
}

void TestRunsPage::looksAreRemembered() {
    const fs::path store = m_stores.sharedStore();
    const QString settings = m_stores.newSettings();
    QStringList selected;
    {
        test::RunsBench bench(store, settings);
        QVERIFY(bench.waitForRows(12));
        bench.page.table()->setColumns({"run.seed"});
        bench.page.table()->sortByColumn(bench.page.model().sectionOf("run.seed"), Qt::AscendingOrder);
        bench.page.table()->selectRow(4);
        bench.find<QTabWidget>("runsTabs")->setCurrentIndex(2);
        selected = bench.page.table()->selectedFolders();
    }
    test::RunsBench bench(store, settings);
    QVERIFY(bench.waitForRows(12));
    QTRY_COMPARE(bench.page.table()->selectedFolders(), selected);
    QVERIFY(!bench.page.table()->isColumnHidden(bench.page.model().sectionOf("run.seed")));
    QVERIFY(bench.page.table()->isColumnHidden(bench.page.model().sectionOf("created")));
    QCOMPARE(bench.cell(0, "run.seed"), QString("1"));
    QCOMPARE(bench.find<QTabWidget>("runsTabs")->currentIndex(), 2);
}

QTEST_MAIN(TestRunsPage)
#include "test_runs_page.moc"
