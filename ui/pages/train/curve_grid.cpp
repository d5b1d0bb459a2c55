// SPDX-License-Identifier: GPL-3.0-or-later
// Spreads events over the four plots.
#include "ui/pages/train/curve_grid.h"

#include "core/runs/published_runs.h"
#include "ui/look/theme.h"

#include <QGridLayout>

#include <limits>

namespace vit::ui {

namespace {

// Where a step lies on the axis of epochs: the first epoch ends at 1.
double epochPosition(const StepDone& step) {
    const double within = step.stepsPerEpoch > 0 ? double(step.stepInEpoch) / double(step.stepsPerEpoch) : 0;
    return double(step.epoch - 1) + within;
}

MetricPlot::Options lossOptions() {
    return {.name = "plot.loss", .title = QObject::tr("Loss"), .axisLabel = QObject::tr("Cross-entropy (nats)"),
            .logToggle = true};
}

MetricPlot::Options accuracyOptions() {
    return {.name = "plot.accuracy", .title = QObject::tr("Accuracy"), .axisLabel = QObject::tr("Correct (%)"),
            .percent = true, .legend = Qt::AlignTop | Qt::AlignLeft};
}

// Of few classes five are half at the start: what stays free is below the curve.
MetricPlot::Options top5Options() {
    return {.name = "plot.top5", .title = QObject::tr("Top-5 accuracy"),
            .axisLabel = QObject::tr("Among the first five (%)"), .percent = true,
            .legend = Qt::AlignBottom | Qt::AlignRight};
}

MetricPlot::Options rateOptions() {
    return {.name = "plot.learning_rate", .title = QObject::tr("Learning rate"),
            .axisLabel = QObject::tr("Learning rate"), .epochCurves = false};
}

}  // namespace

CurveGrid::CurveGrid(QWidget* parent)
    : QWidget(parent), m_loss(new MetricPlot(lossOptions(), this)),
      m_accuracy(new MetricPlot(accuracyOptions(), this)), m_top5(new MetricPlot(top5Options(), this)),
      m_learningRate(new MetricPlot(rateOptions(), this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kSpace);
    int cell = 0;
    for (MetricPlot* plot : plots()) {
        grid->addWidget(plot, cell / 2, cell % 2);
        ++cell;
        connect(plot, &MetricPlot::exportRequested, this, [this, plot] { Q_EMIT exportRequested(plot); });
        connect(plot, &MetricPlot::maximizeToggled, this, [this, plot] { maximize(m_maximized ? nullptr : plot); });
        connect(plot, &MetricPlot::crosshairMoved, this, [this](double epoch) {
            for (MetricPlot* each : plots())
                if (each->isVisible()) each->showCrosshair(epoch);
        });
        connect(plot, &MetricPlot::crosshairLeft, this, [this] {
            for (MetricPlot* each : plots()) each->hideCrosshair();
        });
        connect(plot, &MetricPlot::referencesClicked, this, &CurveGrid::wantPublishedCurves);
    }
    addPublishedCurves();
}

void CurveGrid::addPublishedCurves() {
    const auto add = [](MetricPlot* plot, double EpochMetrics::*value) {
        std::vector<ReferenceCurve> curves;
        for (const PublishedRun& run : publishedRuns()) {
            ReferenceCurve curve{QString::fromStdString(run.name), {}, {}, {}};
            for (const PublishedEpoch& epoch : run.epochs) {
                curve.epochs << double(epoch.epoch);
                curve.train << epoch.train.*value;
                curve.validation << epoch.validation.*value;
            }
            curves.push_back(std::move(curve));
        }
        plot->setReferences(std::move(curves),
                            tr("Compare with the published runs of the Keras example on CIFAR-100 (line: validation, "
                               "dots: training)"));
    };
    add(m_loss, &EpochMetrics::loss);
    add(m_accuracy, &EpochMetrics::accuracy);
    add(m_top5, &EpochMetrics::top5Accuracy);
}

void CurveGrid::wantPublishedCurves(bool wanted) {
    m_publishedWanted = wanted;
    updatePublishedCurves();
    Q_EMIT publishedCurvesWanted(wanted);
}

void CurveGrid::setDataset(const QString& name) {
    m_whyNone = name == kPublishedData ? QString()
                                       : tr("The published curves are of CIFAR-100: they tell nothing of this run, "
                                            "which is of %1")
                                             .arg(name);
    updatePublishedCurves();
}

void CurveGrid::updatePublishedCurves() {
    for (MetricPlot* plot : plots()) {
        plot->showReferences(m_publishedWanted && m_whyNone.isEmpty());
        plot->forbidReferences(m_whyNone);
    }
    Q_EMIT publishedCurvesChanged();
}

void CurveGrid::addSteps(const std::vector<StepDone>& steps) {
    QVector<double> epochs, losses, accuracies, top5, rates;
    for (const StepDone& step : steps) {
        epochs << epochPosition(step);
        losses << step.loss;
        accuracies << step.accuracy;
        top5 << step.top5Accuracy;
        rates << step.learningRate;
    }
    m_loss->addSteps(epochs, losses);
    m_accuracy->addSteps(epochs, accuracies);
    m_top5->addSteps(epochs, top5);
    m_learningRate->addSteps(epochs, rates);
}

void CurveGrid::addEpoch(const EpochDone& epoch) {
    const double x = double(epoch.epoch);
    m_loss->addEpoch(x, epoch.train.loss, epoch.validation.loss);
    m_accuracy->addEpoch(x, epoch.train.accuracy, epoch.validation.accuracy);
    m_top5->addEpoch(x, epoch.train.top5Accuracy, epoch.validation.top5Accuracy);
}

void CurveGrid::clear() {
    for (MetricPlot* plot : plots()) plot->clear();
}

void CurveGrid::setEmptyText(const QString& text) {
    for (MetricPlot* plot : plots()) plot->setEmptyText(text);
}

void CurveGrid::maximize(MetricPlot* chosen) {
    m_maximized = chosen;
    for (MetricPlot* plot : plots()) {
        plot->setVisible(!chosen || plot == chosen);
        plot->setMaximized(plot == chosen);
    }
}

}  // namespace vit::ui
