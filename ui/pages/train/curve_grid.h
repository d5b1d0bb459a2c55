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

    // Whether the curves that the published example printed are wanted behind the run's own. They are shown while the
    // run is of the same data set.
    void wantPublishedCurves(bool wanted);
    void setDataset(const QString& name);  // of the run whose curves are drawn
    bool publishedCurvesShown() const { return m_metrics.front()->referencesShown(); }
    const QString& whyNoPublishedCurves() const { return m_whyNone; }  // empty: they can be shown

    MetricPlot* of(const Metric& metric) const;
    MetricPlot* learningRate() const { return m_learningRate; }
    std::vector<MetricPlot*> plots() const;

    // One plot over the whole area, or all (null).
    void maximize(MetricPlot* plot);
    MetricPlot* maximized() const { return m_maximized; }

Q_SIGNALS:
    void exportRequested(vit::ui::MetricPlot* plot);
    void publishedCurvesWanted(bool wanted);
    void publishedCurvesChanged();  // whether they are or can be shown

private:
    void addPublishedCurves();
    void updatePublishedCurves();

    std::array<MetricPlot*, kMetrics.size()> m_metrics{};
    MetricPlot* m_learningRate;
    MetricPlot* m_maximized = nullptr;
    bool m_publishedWanted = false;
    QString m_whyNone;
};

}  // namespace vit::ui
