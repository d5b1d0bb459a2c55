// SPDX-License-Identifier: GPL-3.0-or-later
// Runs side by side on the Runs page: the table of differences, the scatter plot, the parallel axes.
#include "core/runs/run_columns.h"
#include "core/runs/run_store.h"
#include "tests/support/runs_bench.h"
#include "ui/pages/runs/parallel_plot.h"
#include "ui/pages/runs/run_axis.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"
#include "ui/pages/runs/scatter_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QMouseEvent>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

#include <cmath>
#include <vector>

using namespace vit;
using namespace vit::ui;

class TestRunsComparison : public QObject {
    Q_OBJECT

private:
    test::RunStores m_stores;

private Q_SLOTS:
    void compareShowsDifferences();
    void scatterSelectsByClick();
    void parallelBrushFades();
    void axes();
};

void TestRunsComparison::compareShowsDifferences() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
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

void TestRunsComparison::scatterSelectsByClick() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
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

void TestRunsComparison::parallelBrushFades() {
    test::RunsBench bench(m_stores.sharedStore(), m_stores.newSettings());
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

void TestRunsComparison::axes() {
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

QTEST_MAIN(TestRunsComparison)
#include "test_runs_comparison.moc"
