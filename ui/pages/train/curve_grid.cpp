// SPDX-License-Identifier: GPL-3.0-or-later
// Spreads events over the plots.
#include "ui/pages/train/curve_grid.h"

#include "core/runs/published_runs.h"
#include "ui/look/theme.h"

#include <QGridLayout>

#include <algorithm>

namespace vit::ui {

namespace {

// Where a step lies on the axis of epochs: the first epoch ends at 1.
double epochPosition(const StepDone& step) {
    const double within = step.stepsPerEpoch > 0 ? double(step.stepInEpoch) / double(step.stepsPerEpoch) : 0;
    return double(step.epoch - 1) + within;
}

// A curve that falls leaves the upper right free, one that rises the lower right.
MetricPlot::Options optionsOf(const Metric& metric) {
    return {.name = QString("plot.") + metric.shortKey, .title = QString::fromStdString(metric.label()),
            .axisLabel = metric.axis, .percent = metric.share, .logToggle = !metric.share,
            .legend = (metric.higherIsBetter ? Qt::AlignBottom : Qt::AlignTop) | Qt::AlignRight};
}

MetricPlot::Options rateOptions() {
    return {.name = "plot.learning_rate", .title = QObject::tr("Learning rate"),
            .axisLabel = QObject::tr("Learning rate"), .epochCurves = false};
}

}  // namespace

CurveGrid::CurveGrid(QWidget* parent) : QWidget(parent) {
    for (std::size_t i = 0; i < kMetrics.size(); ++i) m_metrics[i] = new MetricPlot(optionsOf(kMetrics[i]), this);
    m_learningRate = new MetricPlot(rateOptions(), this);
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
        connect(plot, &MetricPlot::referencesToggled, this, &CurveGrid::showPublishedCurves);
    }
    addPublishedCurves();
}

void CurveGrid::addPublishedCurves() {
    for (const Metric& metric : kMetrics) {
        std::vector<ReferenceCurve> curves;
        for (const PublishedRun& run : publishedRuns()) {
            ReferenceCurve curve{QString::fromStdString(run.name), {}, {}, {}};
            for (const PublishedEpoch& epoch : run.epochs) {
                curve.epochs << double(epoch.epoch);
                curve.train << epoch.train.*metric.value;
                curve.validation << epoch.validation.*metric.value;
            }
            curves.push_back(std::move(curve));
        }
        of(metric)->setReferences(std::move(curves),
                                  tr("Compare with the published runs of the Keras example on CIFAR-100 (line: "
                                     "validation, dots: training)"));
    }
}

void CurveGrid::showPublishedCurves(bool visible) {
    if (publishedCurvesShown() == visible) return;
    for (MetricPlot* plot : plots()) plot->showReferences(visible);
    Q_EMIT publishedCurvesToggled(visible);
}

void CurveGrid::addSteps(const std::vector<StepDone>& steps) {
    const auto add = [&](MetricPlot* plot, double StepDone::*value) {
        QVector<double> epochs, values;
        for (const StepDone& step : steps) {
            epochs << epochPosition(step);
            values << step.*value;
        }
        plot->addSteps(epochs, values);
    };
    for (const Metric& metric : kMetrics) add(of(metric), metric.value);
    add(m_learningRate, &StepDone::learningRate);
}

void CurveGrid::addEpoch(const EpochDone& epoch) {
    for (const Metric& metric : kMetrics)
        of(metric)->addEpoch(double(epoch.epoch), epoch.train.*metric.value, epoch.validation.*metric.value);
}

std::vector<MetricPlot*> CurveGrid::plots() const {
    std::vector<MetricPlot*> all(m_metrics.begin(), m_metrics.end());
    all.push_back(m_learningRate);
    return all;
}

MetricPlot* CurveGrid::of(const Metric& metric) const {
    const auto found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                    [&](const Metric& each) { return each.value == metric.value; });
    return m_metrics[static_cast<std::size_t>(found - kMetrics.begin())];
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
