// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of the Runs page: those of the selected runs, as they grow; their legend, smoothing, thinning and bands.
#include "core/events/event.h"
#include "core/runs/run_files.h"
#include "tests/benchmarks/run_store_maker.h"
#include "tests/support/runs_bench.h"
#include "ui/pages/runs/curve_smoothing.h"
#include "ui/pages/runs/curves_panel.h"
#include "ui/pages/runs/overlay_plot.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QComboBox>
#include <QSlider>
#include <QTest>
#include <QVector>

#include <cmath>
#include <filesystem>
#include <fstream>

using namespace vit;
using namespace vit::ui;
namespace fs = std::filesystem;

class TestRunsCurves : public QObject {
    Q_OBJECT

private:
    test::RunStores m_stores;

private Q_SLOTS:
    void curvesOfTheSelectedAreDrawn();
    void grownCurvesAreReadAgain_data();
    void grownCurvesAreReadAgain();
    void legendLeavesTheCurvesFree_data();
    void legendLeavesTheCurvesFree();
    void smoothing_data();
    void smoothing();
    void bucketsKeepExtremes();
    void gatheredHasMeanAndExtremes();
};

void TestRunsCurves::curvesOfTheSelectedAreDrawn() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    auto* plot = bench.find<OverlayPlot>("overlay.loss")->plot();
    const auto names = bench.page.table()->selectedFolders();
    QCOMPARE(names.size(), 1);  // the newest, so that there is something to see
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount(), 1, test::kPatience);
    bench.page.table()->selectAll();
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount(), 12, test::kPatience);
    QCOMPARE(plot->graph(0)->dataCount(), 4);
    bench.find<QComboBox>("curveBand")->setCurrentIndex(CurvesPanel::AcrossRuns);
    QCOMPARE(plot->graphCount(), 3);  // the band's two edges and the mean
    const double low = plot->graph(0)->dataMainValue(3), high = plot->graph(1)->dataMainValue(3);
    QVERIFY(low < plot->graph(2)->dataMainValue(3) && plot->graph(2)->dataMainValue(3) < high);
    bench.find<QComboBox>("curveBand")->setCurrentIndex(CurvesPanel::NoBand);
    bench.find<QComboBox>("curveImages")->setCurrentIndex(CurvesPanel::EachStep);
    QTRY_COMPARE_WITH_TIMEOUT(plot->graphCount() == 12 ? plot->graph(0)->dataCount() : 0, 12, test::kPatience);
    const double raw = plot->graph(0)->dataMainValue(11);
    bench.find<QSlider>("smoothing")->setValue(80);
    QVERIFY(plot->graph(0)->dataMainValue(11) != raw);
}

void TestRunsCurves::grownCurvesAreReadAgain_data() {
    QTest::addColumn<bool>("hidden");
    QTest::newRow("while the page is seen") << false;
    QTest::newRow("while another page is seen") << true;
}

void TestRunsCurves::grownCurvesAreReadAgain() {
    QFETCH(bool, hidden);
    const fs::path store = m_stores.newStore();
    test::RunsBench bench(store, m_stores.newSettings());
    QVERIFY(bench.waitForRows(12));
    test::makeRun(store / "zz-live", 4, test::kSmallStore);
    RunStarted started;
    started.runFolder = (store / "zz-live").string();
    bench.bridge.post(started);
    QVERIFY(bench.waitForRows(13));
    bench.page.table()->select({QString::fromStdString(started.runFolder)});
    auto* plot = bench.find<OverlayPlot>("overlay.loss")->plot();
    const auto points = [plot] { return plot->graphCount() == 1 ? plot->graph(0)->dataCount() : 0; };
    QTRY_VERIFY_WITH_TIMEOUT(points() > 0, test::kPatience);
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
    QTRY_COMPARE_WITH_TIMEOUT(points(), before + 1, test::kPatience);
}

void TestRunsCurves::legendLeavesTheCurvesFree_data() {
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

void TestRunsCurves::legendLeavesTheCurvesFree() {
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

void TestRunsCurves::smoothing_data() {
    QTest::addColumn<double>("weight");
    QTest::addColumn<QVector<double>>("expected");
    QTest::newRow("none") << 0.0 << QVector<double>{1, 3, 5};
    const double second = (0.25 * 1 + 0.5 * 3) / 0.75, third = (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875;
    QTest::newRow("half") << 0.5 << QVector<double>{1, second, third};
}

void TestRunsCurves::smoothing() {
    QFETCH(double, weight);
    QFETCH(QVector<double>, expected);
    const BandCurve smooth = smoothed(curveOf({1, 2, 3, 4}, {1, std::nan(""), 3, 5}), weight);
    QCOMPARE(smooth.x, (QVector<double>{1, 3, 4}));
    for (qsizetype i = 0; i < expected.size(); ++i) QVERIFY(std::abs(smooth.y[i] - expected[i]) < 1e-12);
    QCOMPARE(smooth.high.last(), 5.0);
    QCOMPARE(smooth.low.last(), weight > 0 ? 3.0 : 5.0);  // a memory of two points
}

void TestRunsCurves::bucketsKeepExtremes() {
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

void TestRunsCurves::gatheredHasMeanAndExtremes() {
    const BandCurve one = gathered({curveOf({1, 2}, {1, 2}), curveOf({1, 2, 3}, {3, 6, 7})});
    QCOMPARE(one.x, (QVector<double>{1, 2, 3}));
    QCOMPARE(one.y, (QVector<double>{2, 4, 7}));
    QCOMPARE(one.low, (QVector<double>{1, 2, 7}));
    QCOMPARE(one.high, (QVector<double>{3, 6, 7}));
}

QTEST_MAIN(TestRunsCurves)
#include "test_runs_curves.moc"
