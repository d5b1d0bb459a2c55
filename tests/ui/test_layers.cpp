// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a run on the Train page: curves of all, the one that stands out named, while it goes on and afterwards.
#include "core/config/presets.h"
#include "tests/support/window_driver.h"
#include "ui/look/theme.h"
#include "ui/pages/train/layer_matrix.h"
#include "ui/pages/train/layer_plot.h"
#include "ui/pages/train/layer_statistics_panel.h"
#include "ui/pages/train/train_page.h"

#include <QLabel>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>
#include <memory>

using namespace vit;
using namespace vit::ui;

using test::kTrainingTimeoutMs;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kGradient = 0;
constexpr std::size_t kEntropy = 5;

// As training makes them: gradients that shrink, outputs that grow from block to block. `dead` has no gradient.
std::vector<LayersMeasured> measurements(std::size_t blocks, int count, std::size_t dead = 0) {
    std::vector<LayersMeasured> all;
    for (int i = 1; i <= count; ++i) {
        LayersMeasured measured{50 * i, 1 + i / 4, {}};
        for (std::size_t layer = 0; layer < blocks + 2; ++layer) {
            const double depth = double(layer) / double(blocks + 1);
            const double wave = std::sin(i * 0.7 + double(layer));
            LayerStatistics values{0.3 / std::sqrt(i) * (1.2 - depth) * (1 + 0.2 * wave), 2e-3 / std::sqrt(i),
                                   0.05 * wave * depth, 0.7 + depth * std::log(1 + i), 0.02 * depth,
                                   0.98 - 0.01 * i * depth / count * 50};
            if (layer == dead && dead > 0) values.gradientNorm = 0;
            if (layer == 0) values.deadUnits = kNan;
            if (layer == 0 || layer == blocks + 1) values.attentionEntropy = kNan;
            measured.layers.push_back(values);
        }
        all.push_back(measured);
    }
    return all;
}

QString plain(const QLabel* label) {
    QString text = label->text();
    return text.replace(QRegularExpression("<[^>]*>"), "");
}

}  // namespace

class TestLayers : public QObject, private test::WindowDriver {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void cleanup() {
        m_panel.reset();
        end();
    }

    void everyLayerHasItsCurves_data();
    void everyLayerHasItsCurves();
    void placesOnTheScale();
    void aDeadLayerIsNamed();
    void keysWalkOverTheCurves();
    void plotShowsTheChosenOne();
    void earlierMeasurementsAreAdded();
    void measuredWhileItTrainsAndShownAgain();
    void withoutMeasurementsWordsSayWhy();

private:
    std::unique_ptr<LayerStatisticsPanel> m_panel;  // by itself

    LayerStatisticsPanel* inWindow() const { return m_window->trainPage()->layers(); }
    // As large as it is in a window of 1280 × 800.
    LayerStatisticsPanel* panel() {
        m_panel = std::make_unique<LayerStatisticsPanel>();
        m_panel->resize(850, 400);
        m_panel->show();
        if (!QTest::qWaitForWindowExposed(m_panel.get())) qWarning("The panel is not shown.");
        return m_panel.get();
    }
};

void TestLayers::everyLayerHasItsCurves_data() {
    QTest::addColumn<int>("blocks");
    QTest::newRow("8 blocks") << 8;
    QTest::newRow("24 blocks") << 24;
}

void TestLayers::everyLayerHasItsCurves() {
    QFETCH(int, blocks);
    LayerStatisticsPanel* layers = panel();
    layers->add(measurements(std::size_t(blocks), 40));
    QCoreApplication::processEvents();
    const LayerMatrix* matrix = layers->matrix();
    QCOMPARE(layers->history().layers(), std::size_t(blocks + 2));
    QRect before;
    for (std::size_t layer = 0; layer < layers->history().layers(); ++layer) {
        const QRect cell = matrix->cellRect({layer, kEntropy});
        QVERIFY(matrix->rect().contains(cell));
        QVERIFY2(cell.height() >= 12 && cell.width() >= 50, qPrintable(QString::number(cell.height())));
        QVERIFY(!cell.intersects(before));
        before = cell;
    }
    QCOMPARE(matrix->visibleRegion().boundingRect(), matrix->rect());  // without scrolling
    QCOMPARE(plain(layers->findChild<QLabel*>("layerFindings")),
             QString("No layer stands out: all learn, none is saturated or explodes."));
}

void TestLayers::placesOnTheScale() {
    LayerHistory history;
    for (const LayersMeasured& measured : measurements(2, 10, 2)) history.add(measured);
    const StatisticRange norms = history.range(kLayerStatistics[kGradient]);
    QVERIFY(norms.logarithmic && norms.lower > 0);
    QCOMPARE(norms.place(0), 0.0);  // of a layer that does not learn
    QCOMPARE(norms.place(norms.upper), 1.0);
    QVERIFY(std::abs(*norms.place(std::sqrt(norms.lower * norms.upper)) - 0.5) < 1e-9);
    QVERIFY(!norms.place(kNan));
    const StatisticRange shares = history.range(kLayerStatistics[kEntropy]);
    QCOMPARE(shares.place(0.25), 0.25);
    history.add(measurements(2, 3).front());  // is known
    history.add(measurements(5, 20).back());  // of another model
    QCOMPARE(history.measured().size(), std::size_t{10});
}

void TestLayers::aDeadLayerIsNamed() {
    start();
    LayerStatisticsPanel* layers = inWindow();
    const std::vector<LayersMeasured> all = measurements(4, 6, 3);
    layers->add({all[0], all[1]});
    QCOMPARE(find<QToolButton>("layersView")->text(), QString("Layers"));
    layers->add({all[2]});
    QCOMPARE(plain(find<QLabel>("layerFindings")), QString("Block 3: gradient norm 0: it does not learn"));
    QCOMPARE(find<QToolButton>("layersView")->text(), QString("Layers (1)"));
    layers->matrix()->choose({1, kEntropy});
    Q_EMIT find<QLabel>("layerFindings")->linkActivated("3/0");
    QVERIFY((layers->matrix()->chosen() == LayerMatrix::Cell{3, kGradient}));
    QVERIFY(layers->matrix()->accessibleDescription().startsWith("Block 3, gradient norm: 0 at step 150\nBlock 3:"));
    layers->clear();
    QCOMPARE(find<QToolButton>("layersView")->text(), QString("Layers"));
}

void TestLayers::keysWalkOverTheCurves() {
    LayerStatisticsPanel* layers = panel();
    layers->add(measurements(4, 6));
    LayerMatrix* matrix = layers->matrix();
    matrix->setFocus();
    QTest::keyClick(matrix, Qt::Key_Down);
    QTest::keyClick(matrix, Qt::Key_Down);
    QTest::keyClick(matrix, Qt::Key_Right);
    QVERIFY((matrix->chosen() == LayerMatrix::Cell{2, 1}));
    QTest::keyClick(matrix, Qt::Key_End, Qt::ControlModifier);
    QVERIFY((matrix->chosen() == LayerMatrix::Cell{5, kEntropy}));
    QCoreApplication::processEvents();
    QTest::mouseClick(matrix, Qt::LeftButton, {}, matrix->cellRect({1, 2}).center());
    QVERIFY((matrix->chosen() == LayerMatrix::Cell{1, 2}));
}

void TestLayers::plotShowsTheChosenOne() {
    LayerStatisticsPanel* layers = panel();
    const std::vector<LayersMeasured> all = measurements(4, 12, 2);
    layers->add(all);
    layers->matrix()->choose({1, kGradient});
    const QCustomPlot* plot = layers->findChild<LayerPlot*>("layerPlot")->plot();
    QTRY_COMPARE(plot->graphCount(), 7);  // each layer, and the chosen one before them
    QTRY_COMPARE(plot->graph(6)->dataCount(), 12);
    QTRY_COMPARE(plot->graph(6)->data()->at(11)->value, all[11].layers[1].gradientNorm);
    QCOMPARE(plot->graph(6)->data()->at(11)->key, 600.0);
    QCOMPARE(plot->yAxis->scaleType(), QCPAxis::stLogarithmic);
    QCOMPARE(plot->graph(2)->data()->at(11)->value, plot->yAxis->range().lower);  // a gradient of 0
    QVERIFY(layers->findChild<QLabel*>("layerReadout")->text().startsWith("Block 1, gradient norm: "));
    QVERIFY(layers->findChild<QLabel*>("layerReadout")->text().endsWith(" at step 600"));

    layers->matrix()->choose({1, kEntropy});
    QTRY_COMPARE(plot->yAxis->scaleType(), QCPAxis::stLinear);
    QCOMPARE(plot->graph(6)->data()->at(3)->value, 100 * all[3].layers[1].attentionEntropy);
    QCOMPARE(plot->graph(0)->dataCount(), 0);  // an embedding has none
}

void TestLayers::earlierMeasurementsAreAdded() {
    LayerStatisticsPanel* layers = panel();
    const std::vector<LayersMeasured> all = measurements(4, 6);
    layers->add({all[4], all[5]});
    layers->addBefore({all[0], all[1], all[2], all[3]});
    QCOMPARE(layers->history().measured().size(), std::size_t{6});
    QCOMPARE(layers->history().measured().front().step, 50);
    QCOMPARE(layers->history().lastStep(), 300);
}

void TestLayers::measuredWhileItTrainsAndShownAgain() {
    start();
    chooseTestingPreset(2);
    type("run.layer_statistics_steps", "3");
    QSignalSpy measured(m_bridge.get(), &SessionBridge::layersMeasured);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    click("layersView");
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), kTrainingTimeoutMs);
    const auto& history = inWindow()->history();
    QCOMPARE(history.measured().size(), std::size_t(measured.size()));
    QVERIFY(measured.size() >= 5);
    QCOMPARE(history.layers(), std::size_t{4});
    const std::vector<LayersMeasured> known = history.measured();

    QVERIFY(m_window->close());
    open();
    QTRY_COMPARE(inWindow()->history().measured().size(), known.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
        QCOMPARE(inWindow()->history().measured()[i].step, known[i].step);
        QCOMPARE(inWindow()->history().measured()[i].layers[2].gradientNorm, known[i].layers[2].gradientNorm);
    }
}

void TestLayers::withoutMeasurementsWordsSayWhy() {
    start();
    chooseTestingPreset(1);
    type("run.layer_statistics_steps", "0");
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    click("layersView");
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), kTrainingTimeoutMs);
    QVERIFY(inWindow()->history().empty());
    QStringList words;
    for (const QLabel* label : inWindow()->findChildren<QLabel*>())
        if (label->isVisible()) words << label->text();
    QVERIFY2(words.contains("No layer of this run is measured"), qPrintable(words.join('\n')));
    QVERIFY2(words.join('\n').contains("\"Measure layers every\" is 0"), qPrintable(words.join('\n')));
}

QTEST_MAIN(TestLayers)
#include "test_layers.moc"
