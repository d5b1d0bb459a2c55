// SPDX-License-Identifier: GPL-3.0-or-later
// The plots: events become points, the view follows and can be zoomed, files can be read again.
#include "core/base/error.h"
#include "ui/look/theme.h"
#include "ui/pages/train/curve_grid.h"
#include "ui/plot/tickers.h"

#include <QClipboard>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <limits>
#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kStepsPerEpoch = 50;

std::vector<StepDone> epochOfSteps(int epoch) {
    std::vector<StepDone> steps;
    for (int i = 1; i <= kStepsPerEpoch; ++i) {
        StepDone step;
        step.step = (epoch - 1) * kStepsPerEpoch + i;
        step.epoch = epoch;
        step.stepInEpoch = i;
        step.stepsPerEpoch = kStepsPerEpoch;
        step.loss = 4.6 / std::sqrt(double(step.step));
        step.accuracy = 0.5 - 0.5 / double(step.step);
        step.top5Accuracy = 0.9 - 0.5 / double(step.step);
        step.learningRate = 0.001;
        steps.push_back(step);
    }
    return steps;
}

EpochDone epochDone(int epoch, double validationLoss) {
    EpochDone done;
    done.epoch = epoch;
    done.train = {1.5, 0.4, 0.8};
    done.validation = {validationLoss, 0.35, 0.75};
    return done;
}

double lastKey(const QCPGraph* graph) { return (graph->data()->constEnd() - 1)->key; }

}  // namespace

class TestPlots : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void init();
    void cleanup() { m_grid.reset(); }

    void eventsBecomePoints();
    void missingValidationDrawsNothing();
    void viewFollowsUntilZoomed();
    void doubleClickShowsEverything();
    void dragMovesTheView();
    void logAxis();
    void logTicks_data();
    void logTicks();
    void percentAxisBeginsAtZero();
    void crosshairNamesTheValues();
    void maximizing();
    void exports_data();
    void exports();
    void exportFails_data();
    void exportFails();
    void copies();
    void clearing();
    void themeFollows();

private:
    void feed(int epochs);

    std::unique_ptr<CurveGrid> m_grid;
};

void TestPlots::init() {
    m_grid = std::make_unique<CurveGrid>();
    m_grid->resize(900, 600);
    m_grid->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
}

void TestPlots::feed(int epochs) {
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        m_grid->addSteps(epochOfSteps(epoch));
        m_grid->addEpoch(epochDone(epoch, 2.0));
    }
}

void TestPlots::eventsBecomePoints() {
    feed(3);
    const QCustomPlot* loss = m_grid->of(kLoss)->plot();
    QCOMPARE(loss->graph(0)->dataCount(), 3 * kStepsPerEpoch);
    QCOMPARE(loss->graph(1)->dataCount(), 3);
    QCOMPARE(loss->graph(2)->dataCount(), 3);
    QCOMPARE(lastKey(loss->graph(0)), 3.0);
    QCOMPARE(loss->graph(0)->data()->constBegin()->key, 1.0 / kStepsPerEpoch);
    QCOMPARE(loss->graph(0)->data()->constBegin()->value, 4.6);

    const QCustomPlot* accuracy = m_grid->of(kAccuracy)->plot();
    QCOMPARE(accuracy->graph(1)->data()->constBegin()->value, 40.0);  // in percent
    QCOMPARE(accuracy->graph(2)->data()->constBegin()->value, 35.0);
    QCOMPARE(m_grid->learningRate()->plot()->graphCount(), 1);
    QVERIFY(!loss->xAxis->label().isEmpty());
    QVERIFY(!loss->yAxis->label().isEmpty());
    QVERIFY(loss->legend->visible());
}

void TestPlots::missingValidationDrawsNothing() {
    EpochDone epoch = epochDone(1, 0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    epoch.validation = {nan, nan, nan};
    m_grid->addEpoch(epoch);
    QCOMPARE(m_grid->of(kLoss)->plot()->graph(1)->dataCount(), 1);
    QCOMPARE(m_grid->of(kLoss)->plot()->graph(2)->dataCount(), 0);
}

void TestPlots::viewFollowsUntilZoomed() {
    MetricPlot* loss = m_grid->of(kLoss);
    QCustomPlot* plot = loss->plot();
    feed(1);
    QTRY_VERIFY(plot->yAxis->range().upper > 4.5);
    QVERIFY(plot->xAxis->range().upper < 1.1);
    feed(4);
    QTRY_VERIFY(plot->xAxis->range().upper > 4);

    const QPointF middle = plot->axisRect()->center();
    QWheelEvent wheel(middle, plot->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(plot, &wheel);
    QVERIFY(loss->isZoomed());
    const QCPRange zoomed = plot->xAxis->range();
    QVERIFY(zoomed.size() < 4);
    feed(5);
    QTest::qWait(200);
    QCOMPARE(plot->xAxis->range(), zoomed);

    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.loss.reset"), Qt::LeftButton);
    QVERIFY(!loss->isZoomed());
    QVERIFY(plot->xAxis->range().upper > 4);
}

void TestPlots::doubleClickShowsEverything() {
    feed(2);
    MetricPlot* loss = m_grid->of(kLoss);
    QCustomPlot* plot = loss->plot();
    const QPointF middle = plot->axisRect()->center();
    QWheelEvent wheel(middle, plot->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(plot, &wheel);
    QVERIFY(loss->isZoomed());
    QTest::mouseDClick(plot, Qt::LeftButton, {}, middle.toPoint());
    QVERIFY(!loss->isZoomed());
}

void TestPlots::dragMovesTheView() {
    feed(2);
    QCustomPlot* plot = m_grid->of(kLoss)->plot();
    QTRY_VERIFY(plot->xAxis->range().upper > 2);
    const QCPRange before = plot->xAxis->range();
    const QPoint from = plot->axisRect()->center();
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    QTest::mouseMove(plot, from + QPoint(-20, 0));
    QMouseEvent move(QEvent::MouseMove, from + QPointF(-60, 0), plot->mapToGlobal(from + QPointF(-60, 0)), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(plot, &move);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, from + QPoint(-60, 0));
    QVERIFY(plot->xAxis->range().lower > before.lower);
    QVERIFY(m_grid->of(kLoss)->isZoomed());
}

void TestPlots::logAxis() {
    feed(2);
    MetricPlot* loss = m_grid->of(kLoss);
    QVERIFY(!loss->isLogarithmic());
    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.loss.log"), Qt::LeftButton);
    QVERIFY(loss->isLogarithmic());
    QCOMPARE(loss->plot()->yAxis->scaleType(), QCPAxis::stLogarithmic);
    QVERIFY(loss->plot()->yAxis->range().lower > 0);
    loss->plot()->replot();
    QVERIFY(loss->plot()->yAxis->ticker()->tickCount() > 0);
    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.loss.log"), Qt::LeftButton);
    QVERIFY(!loss->isLogarithmic());
    QVERIFY(!m_grid->findChild<QToolButton*>("plot.accuracy.log"));
}

void TestPlots::logTicks_data() {
    QTest::addColumn<double>("lower");
    QTest::addColumn<double>("upper");
    QTest::addColumn<int>("fewest");
    QTest::newRow("part of a decade") << 1.2 << 4.6 << 3;
    QTest::newRow("across a power of ten") << 0.4 << 4.6 << 3;
    QTest::newRow("many decades") << 1e-6 << 1.0 << 6;
    QTest::newRow("almost nothing") << 1.0 << 1.05 << 2;
}

void TestPlots::logTicks() {
    QFETCH(double, lower);
    QFETCH(double, upper);
    QFETCH(int, fewest);
    LogTicker ticker;
    QVector<double> ticks;
    ticker.generate({lower, upper}, QLocale::c(), 'g', 4, ticks, nullptr, nullptr);
    const auto inside = std::count_if(ticks.begin(), ticks.end(),
                                      [&](double tick) { return tick >= lower && tick <= upper; });
    QVERIFY2(inside >= fewest, qPrintable(QString::number(inside)));
    QVERIFY(inside <= 12);
}

void TestPlots::percentAxisBeginsAtZero() {
    m_grid->addSteps({[] {
        StepDone step = epochOfSteps(1).front();
        step.accuracy = 0.03;
        step.top5Accuracy = 0.97;
        return step;
    }()});
    QTRY_VERIFY(m_grid->of(kAccuracy)->plot()->yAxis->range().upper < 15);
    QCOMPARE(m_grid->of(kAccuracy)->plot()->yAxis->range().lower, 0.0);
    QTRY_VERIFY(m_grid->of(kTop5Accuracy)->plot()->yAxis->range().upper >= 100);
    QVERIFY(m_grid->of(kTop5Accuracy)->plot()->yAxis->range().upper < 105);
}

void TestPlots::crosshairNamesTheValues() {
    feed(4);
    QCustomPlot* plot = m_grid->of(kLoss)->plot();
    QTRY_VERIFY(plot->xAxis->range().upper > 4);
    const QPoint at(static_cast<int>(plot->xAxis->coordToPixel(2.0)), plot->axisRect()->center().y());
    QTest::mouseMove(plot, at + QPoint(3, 0));
    QTest::mouseMove(plot, at);
    for (MetricPlot* each : m_grid->plots()) {
        const auto* box = each->findChild<QLabel*>("readout");
        QTRY_VERIFY2(box->isVisible(), qPrintable(each->objectName()));
        QVERIFY(box->text().contains("epoch"));
    }
    const QString text = m_grid->of(kLoss)->findChild<QLabel*>("readout")->text();
    QVERIFY2(text.contains("training") && text.contains("1.5") && text.contains("validation"), qPrintable(text));
    QVERIFY(m_grid->of(kAccuracy)->findChild<QLabel*>("readout")->text().contains("40.00 %"));

    m_grid->of(kLoss)->hideCrosshair();
    QVERIFY(!m_grid->of(kLoss)->findChild<QLabel*>("readout")->isVisible());
}

void TestPlots::maximizing() {
    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.accuracy.maximize"), Qt::LeftButton);
    QVERIFY(m_grid->of(kAccuracy)->isVisible());
    QVERIFY(!m_grid->of(kLoss)->isVisible());
    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.accuracy.maximize"), Qt::LeftButton);
    for (const MetricPlot* plot : m_grid->plots()) QVERIFY(plot->isVisible());
}

void TestPlots::exports_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestPlots::exports() {
    QFETCH(bool, dark);
    applyTheme(dark);
    feed(3);
    const QTemporaryDir folder;
    const QString png = folder.filePath("loss.png");
    m_grid->of(kLoss)->exportTo(png);
    const QImage image(png);
    QVERIFY(!image.isNull());
    QVERIFY(image.width() >= 900);
    QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));  // whatever the theme
    bool hasCurve = false;
    for (int y = 0; y < image.height() && !hasCurve; ++y)
        for (int x = 0; x < image.width() && !hasCurve; ++x) hasCurve = image.pixelColor(x, y).hslSaturation() > 100;
    QVERIFY(hasCurve);

    const QString pdf = folder.filePath("loss.pdf");
    m_grid->of(kLoss)->exportTo(pdf);
    QFile file(pdf);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.startsWith("%PDF-"));
    QVERIFY(bytes.contains("%%EOF"));
    applyTheme(false);
}

void TestPlots::exportFails_data() {
    QTest::addColumn<QString>("path");
    QTest::newRow("no such folder") << "/nonexistent/folder/loss.png";
    QTest::newRow("no such folder, pdf") << "/nonexistent/folder/loss.pdf";
    QTest::newRow("unknown format") << "/tmp/loss.xyz";
}

void TestPlots::exportFails() {
    QFETCH(QString, path);
    feed(1);
    try {
        m_grid->of(kLoss)->exportTo(path);
        QFAIL("nothing was thrown");
    } catch (const Error& error) {
        QVERIFY(QString(error.what()).contains(path));
    }
}

void TestPlots::copies() {
    feed(1);
    QApplication::clipboard()->clear();
    QTest::mouseClick(m_grid->findChild<QToolButton*>("plot.top5.copy"), Qt::LeftButton);
    QVERIFY(!QApplication::clipboard()->image().isNull());
}

void TestPlots::clearing() {
    feed(2);
    m_grid->setEmptyText("Waiting");
    m_grid->clear();
    for (const MetricPlot* plot : m_grid->plots())
        for (int i = 0; i < std::min(3, plot->plot()->graphCount()); ++i)  // the run's own curves
            QCOMPARE(plot->plot()->graph(i)->dataCount(), 0);
}

void TestPlots::themeFollows() {
    feed(1);
    QCustomPlot* plot = m_grid->of(kLoss)->plot();
    const QColor light = plot->graph(2)->pen().color();
    applyTheme(true);
    QVERIFY(plot->graph(2)->pen().color() != light);
    QVERIFY(plot->xAxis->tickLabelColor().lightness() > 120);
    applyTheme(false);
    QCOMPARE(plot->graph(2)->pen().color(), light);
}

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
