// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of other runs behind a plot's own, to compare with: validation as a line, training dotted, one colour a run.
#pragma once

#include "ui/plot/plot_crosshair.h"
#include "ui/plot/qcustomplot_header.h"

#include <QString>
#include <QVector>

#include <vector>

namespace vit::ui {

struct ReferenceCurve {
    QString name;  // whose it is, for the legend
    QVector<double> epochs;
    QVector<double> train;  // in the plot's unit
    QVector<double> validation;
};

class ReferenceCurves {
public:
    explicit ReferenceCurves(QCustomPlot* plot) : m_plot(plot) {}

    void set(const std::vector<ReferenceCurve>& curves);
    void setVisible(bool visible);
    bool isVisible() const { return m_visible; }
    bool isEmpty() const { return m_runs.empty(); }
    void setColors(const Colors& colors);
    // For the read-out: the validation curves while they are shown.
    std::vector<PlotCrosshair::Curve> readable() const;
    std::vector<QCPGraph*> graphs() const;

private:
    struct Run {
        QCPGraph* train;
        QCPGraph* validation;
    };

    QCustomPlot* m_plot;
    std::vector<Run> m_runs;
    bool m_visible = false;
};

}  // namespace vit::ui
