// SPDX-License-Identifier: GPL-3.0-or-later
// Axes with round numbers, curves and a legend.
#include "core/export/svg_plot.h"

#include "core/base/number_text.h"
#include "core/base/value_range.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vit {

namespace {

constexpr double kWidth = 560, kHeight = 300;
constexpr double kLeft = 62, kRight = 14, kTop = 40, kBottom = 42;
constexpr std::size_t kMostMarkers = 40;  // more points than these are drawn as a line alone

// 1, 2 or 5 times a power of ten: about `count` of them in the range.
double tickStep(const ValueRange& range, int count) {
    const double rough = (range.high - range.low) / count;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) return factor * power;
    }
    return 10 * power;
}

// The multiples of `step` from the first at or above the range's lower end.
std::vector<double> ticks(const ValueRange& range, double step) {
    const double first = std::ceil(range.low / step - 1e-9);
    const int count = int(std::floor(range.high / step + 1e-9) - first) + 1;
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back((first + i) * step);
    return values;
}

ValueRange widened(ValueRange range) {
    if (range.low < range.high) return range;
    const double margin = range.low == 0 ? 1 : std::abs(range.low) / 2;
    return {range.low - margin, range.high + margin};
}

std::string place(double value) { return fixedText(value, 2); }

// Rounded to the step, so that neither 0.30000000000000004 nor -0 appears.
std::string tickText(double value, double step) { return roundedText(std::round(value / step) * step + 0.0, 6); }

class Drawing {
public:
    explicit Drawing(const SvgPlot& plot) : m_plot(plot) {
        for (const SvgCurve& curve : plot.curves) {
            for (const auto& [x, y] : curve.points) {
                if (!std::isfinite(x) || !std::isfinite(y)) continue;
                m_x.include(x);
                m_y.include(y);
            }
        }
    }

    std::string text() {
        add("<svg class=\"plot\" viewBox=\"0 0 " + place(kWidth) + " " + place(kHeight) +
            "\" role=\"img\" aria-label=\"" + escaped(m_plot.title) + "\">");
        label(kLeft, 22, "plot-title", "start", m_plot.title);
        if (m_x.empty()) {
            label(kWidth / 2, kHeight / 2, "tick", "middle", "No epoch was finished");
        } else {
            m_x = widened(m_x);
            m_y = widened(m_y);
            drawGrid();
            for (const SvgCurve& curve : m_plot.curves) drawCurve(curve);
            if (m_plot.curves.size() > 1) drawLegend();
        }
        add("</svg>\n");
        return std::move(m_text);
    }

private:
    const SvgPlot& m_plot;
    ValueRange m_x, m_y;
    std::string m_text;

    void add(const std::string& text) { m_text += text; }
    double xPlace(double x) const { return kLeft + (x - m_x.low) / (m_x.high - m_x.low) * (kWidth - kLeft - kRight); }
    double yPlace(double y) const {
        return kHeight - kBottom - (y - m_y.low) / (m_y.high - m_y.low) * (kHeight - kTop - kBottom);
    }

    void label(double x, double y, const std::string& style, const std::string& anchor, const std::string& text) {
        add("<text class=\"" + style + "\" x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" + anchor +
            "\">" + escaped(text) + "</text>");
    }
    void line(double x1, double y1, double x2, double y2, const std::string& style) {
        add("<line class=\"" + style + "\" x1=\"" + place(x1) + "\" y1=\"" + place(y1) + "\" x2=\"" + place(x2) +
            "\" y2=\"" + place(y2) + "\"/>");
    }

    // The y axis grows to whole ticks; the x axis keeps its ends.
    void drawGrid() {
        constexpr int kRows = 5, kColumns = 8;
        const double yStep = tickStep(m_y, kRows);
        m_y.low = std::floor(m_y.low / yStep + 1e-9) * yStep;
        m_y.high = std::ceil(m_y.high / yStep - 1e-9) * yStep;
        for (const double y : ticks(m_y, yStep)) {
            line(kLeft, yPlace(y), kWidth - kRight, yPlace(y), "grid");
            label(kLeft - 8, yPlace(y) + 4, "tick", "end", tickText(y, yStep) + m_plot.unit);
        }
        const double xStep = std::max(1.0, tickStep(m_x, kColumns));  // epochs are whole
        for (const double x : ticks(m_x, xStep)) {
            line(xPlace(x), kHeight - kBottom, xPlace(x), kHeight - kBottom + 4, "axis");
            label(xPlace(x), kHeight - kBottom + 18, "tick", "middle", tickText(x, xStep));
        }
        line(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, "axis");
        label((kLeft + kWidth - kRight) / 2, kHeight - 6, "tick", "middle", m_plot.xTitle);
    }

    void drawCurve(const SvgCurve& curve) {
        std::string points, markers;
        const auto drawLine = [&] {
            if (!points.empty()) add("<polyline class=\"" + curve.styleClass + "\" points=\"" + points + "\"/>");
            points.clear();
        };
        for (const auto& [x, y] : curve.points) {
            if (!std::isfinite(x) || !std::isfinite(y)) {
                drawLine();
                continue;
            }
            points += place(xPlace(x)) + "," + place(yPlace(y)) + " ";
            if (curve.points.size() > kMostMarkers) continue;
            markers += "<circle class=\"" + curve.styleClass + "\" cx=\"" + place(xPlace(x)) + "\" cy=\"" +
                       place(yPlace(y)) + "\" r=\"2.5\"/>";
        }
        drawLine();
        add(markers);
    }

    void drawLegend() {
        constexpr double kEntry = 104;
        double x = kWidth - kRight - kEntry * static_cast<double>(m_plot.curves.size());
        for (const SvgCurve& curve : m_plot.curves) {
            line(x, 18, x + 20, 18, curve.styleClass);
            label(x + 26, 22, "tick", "start", curve.name);
            x += kEntry;
        }
    }
};

}  // namespace

std::string svgPlot(const SvgPlot& plot) {
    return Drawing(plot).text();
}

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            case '\'':
                safe += "&#39;";
                break;
            default:
                safe += c;
        }
    }
    return safe;
}

}  // namespace vit
