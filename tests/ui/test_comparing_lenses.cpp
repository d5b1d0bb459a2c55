// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses that look beyond one picture and one model, through their widgets: neighbours and comparison.
#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "core/runs/run_store.h"
#include "tests/support/made_images.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/lens/map_grid.h"
#include "ui/lens/map_view.h"
#include "ui/pages/inspect/inspect_page.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 60000;  // ms; what takes a blink takes seconds on a busy machine
constexpr int kShown = 24;        // neighbours

}  // namespace

class TestComparingLenses : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<DataStore> m_store;
    test::ScriptedPrompts m_prompts;
    std::unique_ptr<SessionBridge> m_bridge;
    std::unique_ptr<InspectPage> m_page;
    Config m_config;
    QString m_first, m_second;  // folders of two runs; the second one's model is shown

    template <class T>
    T* find(const char* name) {
        T* widget = m_page->findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    void click(const char* button) { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    QString text(const char* label) { return find<QLabel>(label)->text(); }
    void choose(const char* combo, const QVariant& data) {
        auto* box = find<QComboBox>(combo);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Home);
        while (box->currentData() != data && box->currentIndex() + 1 < box->count()) QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(box->currentData(), data);
    }

    QString train(TrainRequest request) {
        QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
        request.label = "testing";
        m_bridge->train(std::move(request));
        if (!finished.wait(kPatience)) return {};
        return QString::fromStdString(finished.first().first().value<RunFinished>().runFolder);
    }
    void indexImages() {
        auto* start = find<QPushButton>("neighboursStart");
        QTRY_VERIFY_WITH_TIMEOUT(start->isVisible(), kPatience);
        QTest::mouseClick(start, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(find<MapGrid>("neighboursGrid")->isVisible(), kPatience);
        QVERIFY(!find<QWidget>("neighboursBanner")->isVisible());
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_store = std::make_shared<DataStore>(m_folder.filePath("data").toStdString());
        m_config = preset("testing").config;
        m_config.run.keepEpochs = 2;
        m_bridge = std::make_unique<SessionBridge>(Session::Options{
            .dataFolder = m_store->folder(), .runsFolder = m_folder.filePath("runs").toStdString(), .data = m_store});
        m_page = std::make_unique<InspectPage>(*m_bridge, m_store, m_prompts);
        m_page->resize(1280, 760);
        m_page->setConfig(m_config);
        m_page->show();
        m_first = train({.config = m_config});
        m_config.run.seed += 1;
        m_second = train({.config = m_config});
        QVERIFY(!m_first.isEmpty() && !m_second.isEmpty());
        m_page->showImage(std::make_shared<const Image>(test::gradientImage(120, 90)), "a picture");
        QTRY_VERIFY_WITH_TIMEOUT(find<QAbstractButton>("lensNeighbours")->isVisible(), kPatience);
    }
    void cleanupTestCase() {
        m_page.reset();
        m_bridge.reset();
    }

    void neighboursAreOfferedThenShown() {
        click("lensNeighbours");
        indexImages();
        auto* grid = find<MapGrid>("neighboursGrid");
        QCOMPARE(grid->tileCount(), kShown);
        QVERIFY(text("neighboursFinding").contains("of the 24 nearest are of the predicted class"));
        QVERIFY(text("neighboursAbout").contains("32 numbers that enter the head's last layer"));
        QVERIFY(!find<QWidget>("neighboursAnew")->isVisible());
    }

    void anotherSplitIsOfferedByItself() {
        click("neighboursTest");
        QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>("neighboursStart")->isVisible(), kPatience);
        click("neighboursTrain");  // is still known
        QTRY_VERIFY_WITH_TIMEOUT(find<MapGrid>("neighboursGrid")->isVisible(), kPatience);
    }

    void lookingThroughCanBeCancelled() {
        click("neighboursTest");
        auto* start = find<QPushButton>("neighboursStart");
        QTRY_VERIFY_WITH_TIMEOUT(start->isVisible(), kPatience);
        QTest::mouseClick(start, Qt::LeftButton);
        auto* banner = find<QWidget>("neighboursBanner");
        QVERIFY(banner->isVisible() && !start->isEnabled());
        QTest::mouseClick(banner->findChild<QAbstractButton*>("bannerClose"), Qt::LeftButton);
        QVERIFY(!banner->isVisible() && start->isEnabled());
        QTest::qWait(300);  // nothing comes of what was under way
        QVERIFY(start->isVisible() && !banner->isVisible());
        indexImages();
    }

    // What is opened from there is the most similar to itself.
    void aClickOpensTheImage() {
        auto* grid = find<MapGrid>("neighboursGrid");
        const auto first = [grid] {
            QTest::keyClick(grid, Qt::Key_Home, Qt::ControlModifier);
            return grid->accessibleDescription();
        };
        QVERIFY(!first().startsWith("✓ 1.000"));
        QTest::mouseClick(grid, Qt::LeftButton, {}, grid->mapRect(3).center());
        QTRY_VERIFY_WITH_TIMEOUT(text("originalViewCaption").contains("synthetic-shapes · test"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(first().startsWith("✓ 1.000"), kPatience);
        const QString caption = text("originalViewCaption");
        QTest::keyClick(grid, Qt::Key_Right);
        QTest::keyClick(grid, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(text("originalViewCaption") != caption, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(first().startsWith("✓ 1.000"), kPatience);
    }

    void whatIsShownIsSaved() {
        m_prompts.file = m_folder.filePath("neighbours.csv");
        click("lensExport");
        QTRY_VERIFY2_WITH_TIMEOUT(QFile::exists(m_prompts.file), qPrintable(text("bannerText")), kPatience);
        QFile table(m_prompts.file);
        QVERIFY(table.open(QIODevice::ReadOnly));
        QCOMPARE(table.readAll().count('\n'), kShown + 1);
    }

    void comparisonShowsBothAtOneScale() {
        click("lensCompare");
        auto* first = find<MapView>("compareFirst");
        auto* second = find<MapView>("compareSecond");
        auto* between = find<MapView>("compareDifference");
        QTRY_VERIFY_WITH_TIMEOUT(second->patchCount() > 0, kPatience);
        QCOMPARE(find<QComboBox>("compareRun")->currentData().toString(), m_first);  // the other one
        QVERIFY(first->scale() == second->scale());
        QVERIFY(between->map().isSigned);
        for (std::size_t i = 0; i < between->map().values.size(); ++i)
            QCOMPARE(between->map().values[i], second->map().values[i] - first->map().values[i]);
        auto* answers = find<QTableWidget>("compareAnswers");
        QVERIFY(answers->rowCount() >= 5);
        QTRY_VERIFY_WITH_TIMEOUT(text("compareFinding").contains("disagree"), kPatience);
    }

    void pointingIsLinked() {
        auto* first = find<MapView>("compareFirst");
        auto* second = find<MapView>("compareSecond");
        auto* between = find<MapView>("compareDifference");
        QTest::mouseMove(first, first->patchRect(5).center());
        QTRY_COMPARE(second->currentPatch(), 5);
        QCOMPARE(between->currentPatch(), 5);
        QVERIFY(text("comparePointed").contains("column 1"));
        between->setFocus();
        QTest::keyClick(between, Qt::Key_Down);
        QCOMPARE(between->currentPatch(), 9);
        QCOMPARE(first->currentPatch(), 9);
    }

    void mapsAndEpochsAreChosen() {
        auto* second = find<MapView>("compareSecond");
        const HeatMap before = second->map();
        QVERIFY(!find<QComboBox>("compareLayer")->isEnabled());
        choose("compareMap", "norms");
        QTRY_VERIFY_WITH_TIMEOUT(second->map() != before, kPatience);
        QVERIFY(find<QComboBox>("compareLayer")->isEnabled() && !find<QComboBox>("compareClass")->isEnabled());
        choose("compareEpoch", qint64{1});
        QTRY_VERIFY_WITH_TIMEOUT(text("compareSecondCaption").contains("epoch 1"), kPatience);
        // Two epochs of one run.
        choose("compareRun", m_second);
        QTRY_VERIFY_WITH_TIMEOUT(text("compareFinding").isEmpty(), kPatience);
        m_prompts.file = m_folder.filePath("compare.npy");
        click("lensExport");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_prompts.file), kPatience);
    }

    void gridsMayDiffer() {
        Config coarse = m_config;
        coarse.model.patchSize = 8;
        const QString run = train({.config = coarse});
        QVERIFY(!run.isEmpty());
        choose("compareRun", m_first);
        auto* first = find<MapView>("compareFirst");
        auto* second = find<MapView>("compareSecond");
        QTRY_VERIFY_WITH_TIMEOUT(first->patchCount() == 4 && second->patchCount() == 16, kPatience);
        QTRY_VERIFY(text("compareDifferenceCaption").contains("No difference"));
        QCOMPARE(find<MapView>("compareDifference")->patchCount(), 0);
        QTest::mouseMove(first, first->patchRect(3).center());
        QTRY_COMPARE(second->currentPatch(), 15);
    }

    // The same run, trained on: what was found before is shown, and said to be of before.
    void aModelThatHasLearnedIsLookedThroughAnew() {
        click("lensNeighbours");
        indexImages();
        const QString run = QString::fromStdString(
            RunStore(m_folder.filePath("runs").toStdString()).list().front().folder.string());
        TrainRequest request{.resumeFrom = run.toStdString()};
        request.extension.epochs = 1;
        QVERIFY(!train(request).isEmpty());
        auto* anew = find<QPushButton>("neighboursAnew");
        QTRY_VERIFY_WITH_TIMEOUT(anew->isVisible(), kPatience);
        QVERIFY(text("neighboursAbout").contains("learned since"));
        QTest::mouseClick(anew, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!anew->isVisible(), kPatience);
    }
};

QTEST_MAIN(TestComparingLenses)
#include "test_comparing_lenses.moc"
