// SPDX-License-Identifier: GPL-3.0-or-later
// Any column of the runs against any other: a point for each run.
#pragma once

#include "ui/pages/runs/run_axis.h"
#include "ui/pages/runs/runs_plot.h"

#include <optional>

namespace vit::ui {

class ScatterPlot : public RunsPlot {
    Q_OBJECT

public:
    explicit ScatterPlot(QWidget* parent = nullptr);

    void setColumns(const RunColumn* x, const RunColumn* y);
    std::optional<QPointF> pointOf(const QString& folder) const;  // in pixels

protected:
    void rebuild() override;
    int itemAt(const QPointF& position) const override;
    void highlight(int item) override;
    void applyColors(const Colors& colors) override;

private:
    QPointF pixelOf(const QPointF& place) const;
    void chooseWithin(const QRect& area, bool add);

    const RunColumn* m_x = nullptr;
    const RunColumn* m_y = nullptr;
    std::vector<std::optional<QPointF>> m_places;  // of the items, on the axes
    QCPGraph* m_points;
    QCPGraph* m_selected;
    QCPGraph* m_hover;
};

}  // namespace vit::ui
