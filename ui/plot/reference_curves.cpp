// SPDX-License-Identifier: GPL-3.0-or-later
// Two graphs a run, on the grid's side of the plot's own curves.
#include "ui/plot/reference_curves.h"

#include "ui/look/theme.h"

namespace vit::ui {

namespace {

constexpr auto kCurvesLayer = "references";

}  // namespace

void ReferenceCurves::set(const std::vector<ReferenceCurve>& curves) {
    m_plot->addLayer(kCurvesLayer, m_plot->layer("main"), QCustomPlot::limBelow);
    for (const ReferenceCurve& curve : curves) {
        Run run{m_plot->addGraph(), m_plot->addGraph()};
        run.train->setData(curve.epochs, curve.train, true);
        run.validation->setData(curve.epochs, curve.validation, true);
        run.validation->setName(curve.name);
        run.train->removeFromLegend();
        for (QCPGraph* graph : {run.train, run.validation}) graph->setLayer(kCurvesLayer);
        m_runs.push_back(run);
    }
    setVisible(m_visible);
}

void ReferenceCurves::setVisible(bool visible) {
    m_visible = visible;
    for (const Run& run : m_runs) {
        run.train->setVisible(visible);
        run.validation->setVisible(visible);
        if (visible) run.validation->addToLegend();
        else run.validation->removeFromLegend();
    }
}

void ReferenceCurves::setColors(const Colors& colors) {
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        const QColor color = colors.references[i % colors.references.size()];
        m_runs[i].validation->setPen(QPen(color, 1.4));
        m_runs[i].train->setPen(QPen(color, 1.2, Qt::DotLine));
    }
}

std::vector<PlotCrosshair::Curve> ReferenceCurves::readable() const {
    std::vector<PlotCrosshair::Curve> curves;
    if (!m_visible) return curves;
    for (const Run& run : m_runs) curves.push_back({run.validation, run.validation->name()});
    return curves;
}

std::vector<QCPGraph*> ReferenceCurves::graphs() const {
    std::vector<QCPGraph*> graphs;
    for (const Run& run : m_runs) graphs.insert(graphs.end(), {run.train, run.validation});
    return graphs;
}

}  // namespace vit::ui
