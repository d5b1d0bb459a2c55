// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of a run: every metric and the learning rate, with one crosshair across all.
#pragma once

#include "core/events/event.h"
#include "ui/plot/metric_plot.h"

#include <QWidget>

#include <array>
#include <vector>

class QGridLayout;

namespace vit::ui {

class CurveGrid : public QWidget {
    Q_OBJECT

public:
    explicit CurveGrid(QWidget* parent = nullptr);

    void addSteps(const std::vector<StepDone>& steps);
    void addEpoch(const EpochDone& epoch);
    void clear();
    void setEmptyText(const QString& text);

    // The curves that the published example printed, behind the run's own.
    void showPublishedCurves(bool visible);
    bool publishedCurvesShown() const { return m_metrics.front()->referencesShown(); }

    MetricPlot* of(const Metric& metric) const;
    MetricPlot* learningRate() const { return m_learningRate; }
    std::vector<MetricPlot*> plots() const;

    // One plot over the whole area, or all (null).
    void maximize(MetricPlot* plot);
    MetricPlot* maximized() const { return m_maximized; }

Q_SIGNALS:
    void exportRequested(vit::ui::MetricPlot* plot);
    void publishedCurvesToggled(bool visible);

private:
    void addPublishedCurves();

    std::array<MetricPlot*, kMetrics.size()> m_metrics{};
    MetricPlot* m_learningRate;
    MetricPlot* m_maximized = nullptr;
};

}  // namespace vit::ui
