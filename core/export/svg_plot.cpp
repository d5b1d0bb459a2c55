// SPDX-License-Identifier: GPL-3.0-or-later
// Axes with round numbers, curves and a legend.
#include "core/export/svg_plot.h"

#include "core/base/axis_ticks.h"
#include "core/base/number_text.h"
#include "core/base/value_range.h"
#include "core/export/svg_canvas.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vit {

namespace {

constexpr double kWidth = 560, kHeight = 300;
constexpr double kLeft = 62, kRight = 14, kTop = 40, kBottom = 42;
constexpr std::size_t kMostMarkers = 40;  // more points than these are drawn as a line alone

class Drawing {
public:
    explicit Drawing(const SvgPlot& plot) : m_plot(plot), m_canvas(kWidth, kHeight, "plot", plot.title) {
        for (const SvgCurve& curve : plot.curves) {
            for (const auto& [x, y] : curve.points) {
                if (!std::isfinite(x) || !std::isfinite(y)) continue;
                m_x.include(x);
                m_y.include(y);
            }
        }
    }

    std::string text() {
        m_canvas.label(kLeft, 22, "plot-title", "start", m_plot.title);
        if (m_x.empty()) {
            m_canvas.label(kWidth / 2, kHeight / 2, "tick", "middle", "No epoch was finished");
        } else {
            m_x = widened(m_x);
            m_y = widened(m_y);
            drawGrid();
            for (const SvgCurve& curve : m_plot.curves) drawCurve(curve);
            if (m_plot.curves.size() > 1) drawLegend();
        }
        return m_canvas.text();
    }

private:
    const SvgPlot& m_plot;
    ValueRange m_x, m_y;
    SvgCanvas m_canvas;

    double xPlace(double x) const { return kLeft + (x - m_x.low) / (m_x.high - m_x.low) * (kWidth - kLeft - kRight); }
    double yPlace(double y) const {
        return kHeight - kBottom - (y - m_y.low) / (m_y.high - m_y.low) * (kHeight - kTop - kBottom);
    }

    // The y axis grows to whole ticks; the x axis keeps its ends.
    void drawGrid() {
        constexpr int kRows = 5, kColumns = 8;
        const double yStep = tickStep(m_y, kRows);
        m_y.low = std::floor(m_y.low / yStep + 1e-9) * yStep;
        m_y.high = std::ceil(m_y.high / yStep - 1e-9) * yStep;
        for (const double y : ticks(m_y, yStep)) {
            m_canvas.line(kLeft, yPlace(y), kWidth - kRight, yPlace(y), "grid");
            m_canvas.label(kLeft - 8, yPlace(y) + 4, "tick", "end", tickText(y, yStep) + m_plot.unit);
        }
        const double xStep = std::max(1.0, tickStep(m_x, kColumns));  // epochs are whole
        for (const double x : ticks(m_x, xStep)) {
            m_canvas.line(xPlace(x), kHeight - kBottom, xPlace(x), kHeight - kBottom + 4, "axis");
            m_canvas.label(xPlace(x), kHeight - kBottom + 18, "tick", "middle", tickText(x, xStep));
        }
        m_canvas.line(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, "axis");
        m_canvas.label((kLeft + kWidth - kRight) / 2, kHeight - 6, "tick", "middle", m_plot.xTitle);
    }

    void drawCurve(const SvgCurve& curve) {
        std::string points;
        std::vector<std::pair<double, double>> markers;
        const auto drawLine = [&] {
            if (!points.empty()) m_canvas.polyline(points, curve.styleClass);
            points.clear();
        };
        for (const auto& [x, y] : curve.points) {
            if (!std::isfinite(x) || !std::isfinite(y)) {
                drawLine();
                continue;
            }
            points += SvgCanvas::place(xPlace(x)) + "," + SvgCanvas::place(yPlace(y)) + " ";
            if (curve.points.size() <= kMostMarkers) markers.emplace_back(xPlace(x), yPlace(y));
        }
        drawLine();
        for (const auto& [x, y] : markers) m_canvas.dot(x, y, curve.styleClass);
    }

    void drawLegend() {
        constexpr double kEntry = 104;
        double x = kWidth - kRight - kEntry * static_cast<double>(m_plot.curves.size());
        for (const SvgCurve& curve : m_plot.curves) {
            m_canvas.line(x, 18, x + 20, 18, curve.styleClass);
            m_canvas.label(x + 26, 22, "tick", "start", curve.name);
            x += kEntry;
        }
    }
};

}  // namespace

std::string svgPlot(const SvgPlot& plot) {
    return Drawing(plot).text();
}

}  // namespace vit
