// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page through its widgets: list, filter, selection, curves, changes, trash; and its models by themselves.
#include "benchmarks/run_store_maker.h"
#include "runs/compare_model.h"
#include "runs/curve_smoothing.h"
#include "runs/curves_panel.h"
#include "runs/overlay_plot.h"
#include "runs/run_files.h"
#include "runs/run_lock.h"
#include "runs/parallel_plot.h"
#include "runs/run_axis.h"
#include "runs/runs_page.h"
#include "runs/runs_proxy.h"
#include "runs/runs_table.h"
#include "runs/scatter_plot.h"
#include "session_bridge.h"
#include "settings.h"
#include "support/scripted_prompts.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

#include <memory>

using namespace vit;
using namespace vit::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 30000;  // ms
const test::StoreSize kSize = {12, 4, 3};

// A bridge whose events the test makes.
class FakeBridge : public SessionBridge {
public:
    using SessionBridge::post;
    using SessionBridge::SessionBridge;
};

struct Bench {
    explicit Bench(const fs::path& store, const QString& settingsFile)
        : settings(settingsFile), bridge({.dataFolder = store / "data", .runsFolder = store}),
          page(bridge, prompts, settings) {
        page.resize(1200, 800);
        page.show();
    }

    template <class T>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    bool waitForRows(int rows) {
        return QTest::qWaitFor([&] { return page.model().rowCount() == rows; }, kPatience);
    }
    QString cell(int row, const char* key) {
        const auto* model = page.table()->model();
        return model->index(row, page.model().sectionOf(key)).data().toString();
    }
    int shownRows() { return page.table()->model()->rowCount(); }
    void trigger(const char* action) { find<QAction>(action)->trigger(); }
    void typeFilter(const QString& text) { find<QLineEdit>("runsFilter")->setText(text); }

    test::ScriptedPrompts prompts;
    Settings settings;
    FakeBridge bridge;
    RunsPage page;
};

}  // namespace

class TestRunsPage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    fs::path newStore(const test::StoreSize& size = kSize) {
        static int count = 0;
        const fs::path store = m_folder.filePath("store" + QString::number(++count)).toStdString();
        fs::create_directories(store);
        test::makeStore(store, size);
        return store;
    }
    // For tests that change nothing in it.
    fs::path sharedStore() {
        static const fs::path store = newStore();
        return store;
    }
    QString newSettings() const {
        static int count = 0;
        return m_folder.filePath("settings" + QString::number(++count) + ".ini");
    }

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
    void trashAsksAndMoves();
    void runTrainedElsewhereIsNotMoved();
    void openAndDuplicateAreRequested();
    void curvesOfTheSelectedAreDrawn();
    void compareShowsDifferences();
    void scatterSelectsByClick();
    void parallelBrushFades();
    void liveRunGrows();
    void grownCurvesAreReadAgain_data();
    void grownCurvesAreReadAgain();
    void looksAreRemembered();
    void legendLeavesTheCurvesFree_data();
    void legendLeavesTheCurvesFree();
    void smoothing_data();
    void smoothing();
    void bucketsKeepExtremes();
    void gatheredHasMeanAndExtremes();
    void axes();
};

void TestRunsPage::modelKeepsItsContract() {
    RunsModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    RunsProxy proxy(&model);
    const QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    CompareModel compare;
    const QAbstractItemModelTester compareTester(&compare, QAbstractItemModelTester::FailureReportingMode::QtTest);
    std::vector<RunSummary> runs = RunStore(sharedStore()).list();
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
    const fs::path store = newStore({0, 0, 0});
    Bench bench(store, newSettings());
    QTest::qWait(100);
    QCOMPARE(bench.find<QStackedWidget>("runsStack")->currentIndex(), 0);
    test::makeRun(store / "first", 1, kSize);
    bench.page.refresh();
    QVERIFY(bench.waitForRows(1));
    QCOMPARE(bench.find<QStackedWidget>("runsStack")->currentIndex(), 1);
}

void TestRunsPage::listsAndSortsByValue() {
    Bench bench(sharedStore(), newSettings());
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
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.typeFilter(text);
    QCOMPARE(bench.shownRows(), rows);
    QVERIFY(bench.find<QLabel>("runsCount")->text().contains(QString::number(rows)));
    bench.page.focusFilter();
    QTest::keyClick(bench.find<QLineEdit>("runsFilter"), Qt::Key_Escape);
    QCOMPARE(bench.shownRows(), 12);
}

void TestRunsPage::wrongFilterKeepsTheRows() {
    Bench bench(sharedStore(), newSettings());
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
    Bench bench(sharedStore(), newSettings());
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
    const fs::path store = newStore();
    Bench bench(store, newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.page.table()->selectRow(0);
    const fs::path run = bench.page.selectedRuns().front()->folder;
    bench.page.table()->setFocus();
    bench.trigger("runRename");
    auto* editor = bench.page.table()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->setText("my best");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(bench.cell(0, "name"), QString("my best"), kPatience);
    QCOMPARE(readAbout(run).name, std::string("my best"));

    bench.trigger("runTags");
    editor = bench.page.table()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->setText("wide, baseline");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(bench.cell(0, "tags"), QString("wide, baseline"), kPatience);

    bench.trigger("runNotes");
    auto* notes = bench.find<QPlainTextEdit>("notesText");
    QTRY_VERIFY(notes->isEnabled());
    QTest::keyClicks(notes, "worked well");
    QTRY_COMPARE_WITH_TIMEOUT(readAbout(run).notes, std::string("worked well"), kPatience);
    QCOMPARE(readAbout(run).name, std::string("my best"));
    QVERIFY(bench.prompts.asked.isEmpty());
}

void TestRunsPage::takenNameIsRefused() {
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    const QString name = bench.cell(0, "name");
    auto* model = bench.page.table()->model();
    model->setData(model->index(0, RunsModel::NameColumn), bench.cell(1, "name"), Qt::EditRole);
    QTRY_COMPARE_WITH_TIMEOUT(bench.prompts.asked, QStringList{"Runs"}, kPatience);
    QCOMPARE(bench.cell(0, "name"), name);
}

void TestRunsPage::trashAsksAndMoves() {
    const fs::path store = newStore();
    Bench bench(store, newSettings());
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
    const fs::path store = newStore();
    Bench bench(store, newSettings());
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
        QTRY_COMPARE_WITH_TIMEOUT(bench.prompts.asked, (QStringList{"Move to trash", "Runs"}), kPatience);
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
    Bench bench(sharedStore(), newSettings());
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

void TestRunsPage::curvesOfTheSelectedAreDrawn() {
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    auto* plot = bench.find<OverlayPlot>("overlay.loss")->plot();
    const auto names = bench.page.table()->selectedFolders();
    QCOMPARE(names.size(), 1);  // the newest, so that there is something to see
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount(), 1, kPatience);
    bench.page.table()->selectAll();
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount(), 12, kPatience);
    QCOMPARE(plot->graph(0)->dataCount(), 4);
    bench.find<QComboBox>("curveBand")->setCurrentIndex(CurvesPanel::AcrossRuns);
    QCOMPARE(plot->graphCount(), 3);  // the band's two edges and the mean
    const double low = plot->graph(0)->dataMainValue(3), high = plot->graph(1)->dataMainValue(3);
    QVERIFY(low < plot->graph(2)->dataMainValue(3) && plot->graph(2)->dataMainValue(3) < high);
    bench.find<QComboBox>("curveBand")->setCurrentIndex(CurvesPanel::NoBand);
    bench.find<QComboBox>("curveImages")->setCurrentIndex(CurvesPanel::EachStep);
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount() == 12 ? plot->graph(0)->dataCount() : 0, 12, kPatience);
    const double raw = plot->graph(0)->dataMainValue(11);
    bench.find<QSlider>("smoothing")->setValue(80);
    QVERIFY(plot->graph(0)->dataMainValue(11) != raw);
}

void TestRunsPage::compareShowsDifferences() {
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.find<QTabWidget>("runsTabs")->setCurrentIndex(1);
    bench.page.table()->selectAll();
    auto* table = bench.find<QTableView>("compareTable");
    QTRY_COMPARE(table->model()->columnCount(), 12);
    const int differing = table->model()->rowCount();
    QVERIFY(differing > 0 && differing < int(runColumns().size()));
    bench.find<QCheckBox>("compareAll")->setChecked(true);
    QCOMPARE(table->model()->rowCount(), int(runColumns().size()) - 1);  // the names are the heading
}

void TestRunsPage::scatterSelectsByClick() {
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.find<QTabWidget>("runsTabs")->setCurrentIndex(3);
    auto* x = bench.find<QComboBox>("scatterX");
    x->setCurrentIndex(x->findData("name"));
    x->setCurrentIndex(x->findData("best_accuracy"));
    auto* plot = bench.find<ScatterPlot>("scatterPlot");
    const QString folder = folderOf(*bench.page.table()->shownRuns().at(5));
    QTRY_VERIFY(plot->pointOf(folder).has_value());
    QTest::qWait(50);
    QTest::mouseClick(plot, Qt::LeftButton, {}, plot->pointOf(folder)->toPoint());
    QTRY_COMPARE(bench.page.table()->selectedFolders(), QStringList{folder});
}

void TestRunsPage::parallelBrushFades() {
    Bench bench(sharedStore(), newSettings());
    QVERIFY(bench.waitForRows(12));
    bench.find<QTabWidget>("runsTabs")->setCurrentIndex(2);
    auto* plot = bench.find<ParallelPlot>("parallelPlot");
    QTRY_VERIFY(plot->axisCount() >= 3);
    const int last = plot->axisCount() - 1;
    const QPoint top = plot->axisTop(last).toPoint();
    const QPoint middle = ((plot->axisTop(last) + plot->axisBottom(last)) / 2).toPoint();
    QTest::mousePress(plot, Qt::LeftButton, {}, top);
    QMouseEvent move(QEvent::MouseMove, middle, plot->mapToGlobal(middle), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(plot, &move);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, middle);
    QVERIFY(plot->isBrushed(last));
    int passing = 0;
    for (int i = 0; i < 12; ++i) passing += plot->passes(i) ? 1 : 0;
    QVERIFY(passing > 0 && passing < 12);
    QTest::mouseClick(plot, Qt::LeftButton, {}, middle);
    QVERIFY(!plot->isBrushed(last));
}

void TestRunsPage::liveRunGrows() {
    const fs::path store = newStore();
    Bench bench(store, newSettings());
    QVERIFY(bench.waitForRows(12));
    test::makeRun(store / "zz-live", 4, kSize);  // of index 4: without a result
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
    QTRY_COMPARE_WITH_TIMEOUT(cell("state"), QString("unfinished"), kPatience);
    QVERIFY(bench.find<QAction>("runTrash")->isEnabled());
}

void TestRunsPage::grownCurvesAreReadAgain_data() {
    QTest::addColumn<bool>("hidden");
    QTest::newRow("while the page is seen") << false;
    QTest::newRow("while another page is seen") << true;
}

void TestRunsPage::grownCurvesAreReadAgain() {
    QFETCH(bool, hidden);
    const fs::path store = newStore();
    Bench bench(store, newSettings());
    QVERIFY(bench.waitForRows(12));
    test::makeRun(store / "zz-live", 4, kSize);
    RunStarted started;
    started.runFolder = (store / "zz-live").string();
    bench.bridge.post(started);
    QVERIFY(bench.waitForRows(13));
    bench.page.table()->select({QString::fromStdString(started.runFolder)});
    auto* plot = bench.find<OverlayPlot>("overlay.loss")->plot();
    const auto points = [plot] { return plot->graphCount() == 1 ? plot->graph(0)->dataCount() : 0; };
    QTRY_VERIFY_WITH_TIMEOUT(points() > 0, kPatience);
    const int before = points();
    bench.page.setHidden(hidden);
    EpochDone epoch = run_files::readEpochs(store / "zz-live").back().value;
    ++epoch.epoch;
    std::ofstream(store / "zz-live" / run_files::kEpochs, std::ios::app) << toJson(Event(epoch)) << '\n';
    bench.bridge.post(epoch);
    const int row = bench.page.model().rowOf(QString::fromStdString(started.runFolder));
    QTRY_COMPARE(bench.page.model().index(row, bench.page.model().sectionOf("epochs_done")).data().toString(),
                 QString::number(epoch.epoch));
    bench.page.show();
    QTRY_COMPARE_WITH_TIMEOUT(points(), before + 1, kPatience);
}

void TestRunsPage::looksAreRemembered() {
    const fs::path store = sharedStore();
    const QString settings = newSettings();
    QStringList selected;
    {
        Bench bench(store, settings);
        QVERIFY(bench.waitForRows(12));
        bench.page.table()->setColumns({"run.seed"});
        bench.page.table()->sortByColumn(bench.page.model().sectionOf("run.seed"), Qt::AscendingOrder);
        bench.page.table()->selectRow(4);
        bench.find<QTabWidget>("runsTabs")->setCurrentIndex(2);
        selected = bench.page.table()->selectedFolders();
    }
    Bench bench(store, settings);
    QVERIFY(bench.waitForRows(12));
    QTRY_COMPARE(bench.page.table()->selectedFolders(), selected);
    QVERIFY(!bench.page.table()->isColumnHidden(bench.page.model().sectionOf("run.seed")));
    QVERIFY(bench.page.table()->isColumnHidden(bench.page.model().sectionOf("created")));
    QCOMPARE(bench.cell(0, "run.seed"), QString("1"));
    QCOMPARE(bench.find<QTabWidget>("runsTabs")->currentIndex(), 2);
}

void TestRunsPage::legendLeavesTheCurvesFree_data() {
    QTest::addColumn<QVector<double>>("values");
    QTest::addColumn<bool>("percent");
    for (const bool percent : {false, true}) {
        const QByteArray plot = percent ? "accuracy" : "loss";
        QTest::newRow((plot + " rises").constData()) << QVector<double>{0.1, 0.2, 0.4, 0.8} << percent;
        QTest::newRow((plot + " falls").constData()) << QVector<double>{0.8, 0.4, 0.2, 0.1} << percent;
        QTest::newRow((plot + " rises late").constData()) << QVector<double>{0.1, 0.1, 0.1, 0.8} << percent;
        QTest::newRow((plot + " begins late").constData()) << QVector<double>{0.8, 0.8, 0.8, 0.1} << percent;
    }
}

void TestRunsPage::legendLeavesTheCurvesFree() {
    QFETCH(QVector<double>, values);
    QFETCH(bool, percent);
    OverlayPlot overlay("plot", "Plot", "Value", percent);
    overlay.resize(520, 320);
    overlay.show();
    overlay.setLines({{curveOf({1, 2, 3, 4}, values), "2026-03-01-1407-first-steps", Qt::red, false}}, false);
    overlay.plot()->replot();
    const QRect legend = overlay.plot()->legend->outerRect();
    QVERIFY(overlay.plot()->axisRect()->rect().contains(legend));
    const QCPGraph* graph = overlay.plot()->graph(0);
    for (int i = 0; i + 1 < values.size(); ++i) {
        const QPointF from = graph->coordsToPixels(graph->dataMainKey(i), graph->dataMainValue(i));
        const QPointF to = graph->coordsToPixels(graph->dataMainKey(i + 1), graph->dataMainValue(i + 1));
        for (int k = 0; k <= 100; ++k) QVERIFY(!legend.contains((from + (to - from) * k / 100).toPoint()));
    }
}

void TestRunsPage::smoothing_data() {
    QTest::addColumn<double>("weight");
    QTest::addColumn<QVector<double>>("expected");
    QTest::newRow("none") << 0.0 << QVector<double>{1, 3, 5};
    const double second = (0.25 * 1 + 0.5 * 3) / 0.75, third = (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875;
    QTest::newRow("half") << 0.5 << QVector<double>{1, second, third};
}

void TestRunsPage::smoothing() {
    QFETCH(double, weight);
    QFETCH(QVector<double>, expected);
    const BandCurve smooth = smoothed(curveOf({1, 2, 3, 4}, {1, std::nan(""), 3, 5}), weight);
    QCOMPARE(smooth.x, (QVector<double>{1, 3, 4}));
    for (qsizetype i = 0; i < expected.size(); ++i) QVERIFY(std::abs(smooth.y[i] - expected[i]) < 1e-12);
    QCOMPARE(smooth.high.last(), 5.0);
    QCOMPARE(smooth.low.last(), weight > 0 ? 3.0 : 5.0);  // a memory of two points
}

void TestRunsPage::bucketsKeepExtremes() {
    QVector<double> x, y;
    for (int i = 0; i < 100; ++i) {
        x << i / 10.0;
        y << (i == 55 ? 99.0 : 1.0);
    }
    const BandCurve thinned = bucketed(curveOf(x, y), 10, 10);
    QCOMPARE(thinned.x.size(), 10);
    QCOMPARE(thinned.x[5], 5.5);
    QCOMPARE(thinned.high[5], 99.0);
    QCOMPARE(thinned.low[5], 1.0);
    QVERIFY(std::abs(thinned.y[5] - 10.8) < 1e-9);
    QCOMPARE(bucketed(curveOf(x, y), 10, 100).x, x);  // few enough: as they are
}

void TestRunsPage::gatheredHasMeanAndExtremes() {
    const BandCurve one = gathered({curveOf({1, 2}, {1, 2}), curveOf({1, 2, 3}, {3, 6, 7})});
    QCOMPARE(one.x, (QVector<double>{1, 2, 3}));
    QCOMPARE(one.y, (QVector<double>{2, 4, 7}));
    QCOMPARE(one.low, (QVector<double>{1, 2, 7}));
    QCOMPARE(one.high, (QVector<double>{3, 6, 7}));
}

void TestRunsPage::axes() {
    RunSummary a, b;
    a.config.optimizer.learningRate = 0.0001;
    b.config.optimizer.learningRate = 0.01;
    a.config.data.name = "cifar-10";
    b.config.data.name = "cifar-100";
    a.config.model.layers = 2;
    b.config.model.layers = 8;
    const std::vector<const RunSummary*> runs = {&a, &b};
    const RunAxis rate(*findRunColumn("learning_rate"), runs);
    QVERIFY(rate.isLogarithmic());
    QCOMPARE(rate.ticks().size(), std::size_t{2});  // few values: each is one
    RunSummary between;
    between.config.optimizer.learningRate = 0.001;
    QVERIFY(std::abs(*rate.position(between) - 0.5) < 1e-9);
    const RunAxis layers(*findRunColumn("layers"), runs);
    QVERIFY(!layers.isLogarithmic());
    QCOMPARE(*layers.position(a), 0.0);
    QCOMPARE(*layers.position(b), 1.0);
    const RunAxis data(*findRunColumn("data.name"), runs);
    QVERIFY(*data.position(a) < *data.position(b));
    const RunAxis tested(*findRunColumn("test_accuracy"), runs);
    QVERIFY(!tested.position(a) && tested.ticks().empty());
    const RunAxis same(*findRunColumn("batch_size"), runs);
    QCOMPARE(*same.position(a), 0.5);
}

QTEST_MAIN(TestRunsPage)
#include "test_runs_page.moc"
