// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel coordinates: an upright axis for each column, a line across them for each run, coloured by the last axis.
#pragma once

#include "ui/pages/runs/run_axis.h"
#include "ui/pages/runs/runs_plot.h"

#include <map>
#include <optional>

namespace vit::ui {

class ParallelPlot : public RunsPlot {
    Q_OBJECT

public:
    explicit ParallelPlot(QWidget* parent = nullptr);

    // From left to right; the last one, a result, colours the lines.
    void setColumns(std::vector<const RunColumn*> columns);
    int axisCount() const { return static_cast<int>(m_axes.size()); }
    // Dragging along an axis brushes it: runs outside of the part are faded. A click on an axis ends that.
    bool isBrushed(int axis) const { return m_brushes.contains(axis); }
    bool passes(int item) const;  // lies within all brushes

    QPointF axisTop(int axis) const;  // in pixels
    QPointF axisBottom(int axis) const;

protected:
    void rebuild() override;
    int itemAt(const QPointF& position) const override;
    void highlight(int) override {}
    void applyColors(const Colors&) override {}
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    class Lines;  // draws all of it
    using Place = std::vector<std::optional<double>>;  // of a run on each axis, 0 to 1

    double pixelY(double position) const;
    double positionAt(double pixel) const;
    int axisAt(const QPointF& position) const;  // -1: none is near

    std::vector<const RunColumn*> m_columns;
    std::vector<RunAxis> m_axes;
    std::vector<Place> m_places;  // of the items
    std::map<int, std::pair<double, double>> m_brushes;
    int m_brushing = -1;  // the axis along which the mouse drags
    double m_brushBegin = 0;
};

}  // namespace vit::ui
