// SPDX-License-Identifier: GPL-3.0-or-later
// A vertical line across a plot with a box that names every curve's value at that place.
#pragma once

#include "ui/plot/qcustomplot_header.h"

#include <QLabel>

#include <optional>
#include <vector>

namespace vit::ui {

struct Colors;

class PlotCrosshair : public QObject {
    Q_OBJECT

public:
    struct Curve {
        QCPGraph* graph;
        QString label;
    };

    PlotCrosshair(QCustomPlot* plot, bool percent);

    void setCurves(std::vector<Curve> curves) { m_curves = std::move(curves); }
    void setColors(const Colors& colors);
    void show(double x);  // at the end of the curves if x lies beyond it
    void hide();
    QString text() const { return m_box->text(); }

private:
    QString valueText(double value) const;
    std::optional<QCPRange> dataRange() const;  // nothing when there is no point yet
    void placeBox(double pixel);

    QCustomPlot* m_plot;
    bool m_percent;
    QCPItemStraightLine* m_line;
    std::vector<Curve> m_curves;
    QLabel* m_box;
};

// The point of the graph nearest to x, or null if it has none.
const QCPGraphData* nearestPoint(const QCPGraph* graph, double x);

}  // namespace vit::ui
