// SPDX-License-Identifier: GPL-3.0-or-later
// Points and lines between two axes, and the legend below them.
#include "core/base/axis_ticks.h"
#include "core/figure/figure_canvas.h"
#include "core/figure/figure_part.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace vit {

namespace {

constexpr double kNumberSize = points(7);
constexpr double kTitleSize = points(8);
constexpr double kGap = points(3);
constexpr double kTick = points(2);
constexpr double kRight = points(8);  // half of the last number of the x axis
constexpr double kDot = points(1.5);  // a point's radius
constexpr Rgb kGridInk = {225, 225, 225};

// Okabe and Ito's colours, which colour-blind people can tell apart, without the yellow that paper swallows.
constexpr std::array<Rgb, 7> kSeriesColours = {
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}, {0, 0, 0}}};

// More series than there are such colours, as of heads, are told by their order: from dark to light.
Rgb seriesColour(std::size_t index, std::size_t count) {
    if (count <= kSeriesColours.size()) return kSeriesColours[index];
    return colourAt(ColourMap::Viridis, 0.9 * double(index) / double(count - 1));
}

bool isPoint(const std::pair<double, double>& point) {
    return std::isfinite(point.first) && std::isfinite(point.second);
}

struct AxisNumber {
    TextBlock text;
    double value = 0;
};

std::vector<AxisNumber> numbersAt(const TextSetter& setter, const ValueRange& range, double step) {
    std::vector<AxisNumber> numbers;
    for (const double value : ticks(range, step)) {
        numbers.push_back({setter.set(tickText(value, step), {.size = kNumberSize}), value});
    }
    return numbers;
}

class PlotPart : public FigurePart {
public:
    PlotPart(const TextSetter& setter, const PlotPanel& panel, int width)
        : m_panel(panel), m_width(width), m_height(std::round(width * 0.62)) {
        const TextShape along{.size = kTitleSize, .width = double(width), .lines = 1};
        m_xTitle = setter.set(panel.xTitle, along);
        m_yTitle = setter.set(panel.yTitle, {.size = kTitleSize, .width = m_height, .lines = 1});
        for (const PlotSeries& series : panel.series) {
            for (const auto& point : series.points) {
                if (!isPoint(point)) continue;
                m_x.include(point.first);
                m_y.include(point.second);
            }
        }
        if (m_x.empty()) {
            m_nothing = setter.set(std::vector{TextRun{"no points", kMutedInk}}, along);
        } else {
            setAxes(setter);
        }
        if (panel.series.size() > 1) m_legend = setter.set(legendRuns(), {.size = kNumberSize, .width = double(width)});
    }

    double height() const override { return m_height; }
    double footHeight() const override { return m_legend.height(); }

    void draw(cairo_t* cairo, double x, double y) const override {
        cairo_save(cairo);
        cairo_translate(cairo, x, y);
        if (m_x.empty()) {
            drawFrame(cairo, 0, 0, m_width, m_height);
            m_nothing.draw(cairo, m_width / 2, (m_height - m_nothing.height()) / 2, Anchor::Middle);
        } else {
            drawAxes(cairo);
            for (std::size_t i = 0; i < m_panel.series.size(); ++i) drawSeries(cairo, i);
        }
        cairo_restore(cairo);
    }

    void drawFoot(cairo_t* cairo, double x, double y) const override { m_legend.draw(cairo, x, y); }

private:
    const PlotPanel& m_panel;
    double m_width;
    double m_height;
    ValueRange m_x, m_y;
    std::vector<AxisNumber> m_xNumbers, m_yNumbers;
    TextBlock m_xTitle, m_yTitle, m_legend, m_nothing;
    double m_left = 0;  // where the axes stand, and how far they reach
    double m_top = 0;
    double m_bottom = 0;

    // The y axis grows to whole ticks, the x axis by a little, so that no point lies on the frame.
    void setAxes(const TextSetter& setter) {
        const double yStep = tickStep(m_y = widened(m_y), std::max(2, static_cast<int>(m_height / points(30))));
        m_y = {std::floor(m_y.low / yStep + 1e-9) * yStep, std::ceil(m_y.high / yStep - 1e-9) * yStep};
        m_yNumbers = numbersAt(setter, m_y, yStep);
        m_x = widened(m_x);
        const double margin = (m_x.high - m_x.low) * 0.03;
        m_x = {m_x.low - margin, m_x.high + margin};
        const double xStep = tickStep(m_x, std::max(2, static_cast<int>(m_width / points(40))));
        m_xNumbers = numbersAt(setter, m_x, m_panel.wholeX ? std::max(1.0, xStep) : xStep);

        double widest = 0;
        for (const AxisNumber& number : m_yNumbers) widest = std::max(widest, number.text.width());
        const double yTitle = m_yTitle.height() > 0 ? m_yTitle.height() + kGap : 0;
        m_left = std::round(yTitle + widest + kGap);
        const double numbers = m_xNumbers.empty() ? 0 : m_xNumbers.front().text.height() + kTick;
        m_top = std::round(m_yNumbers.empty() ? 0 : m_yNumbers.front().text.height() / 2);
        m_bottom = std::round(m_height - numbers - m_xTitle.height());
    }

    double xPlace(double x) const {
        return m_left + (x - m_x.low) / (m_x.high - m_x.low) * (m_width - kRight - m_left);
    }
    double yPlace(double y) const { return m_top + (m_y.high - y) / (m_y.high - m_y.low) * (m_bottom - m_top); }

    static void line(cairo_t* cairo, double x1, double y1, double x2, double y2) {
        cairo_move_to(cairo, x1, y1);
        cairo_line_to(cairo, x2, y2);
        cairo_stroke(cairo);
    }

    void drawAxes(cairo_t* cairo) const {
        cairo_set_line_width(cairo, 2);
        for (const AxisNumber& number : m_yNumbers) {
            const double y = yPlace(number.value);
            setColour(cairo, kGridInk);
            line(cairo, m_left, y, m_width - kRight, y);
            number.text.draw(cairo, m_left - kGap, y - number.text.height() / 2, Anchor::Right);
        }
        setColour(cairo, kInk);
        line(cairo, m_left, m_bottom, m_width - kRight, m_bottom);
        for (const AxisNumber& number : m_xNumbers) {
            const double x = xPlace(number.value);
            setColour(cairo, kInk);
            line(cairo, x, m_bottom, x, m_bottom + kTick);
            number.text.draw(cairo, x, m_bottom + kTick, Anchor::Middle);
        }
        m_xTitle.draw(cairo, (m_left + m_width - kRight) / 2, m_height - m_xTitle.height(), Anchor::Middle);
        m_yTitle.drawUpwards(cairo, m_yTitle.height() / 2, (m_top + m_bottom) / 2);
    }

    void drawSeries(cairo_t* cairo, std::size_t index) const {
        const auto& points = m_panel.series[index].points;
        setColour(cairo, seriesColour(index, m_panel.series.size()));
        cairo_set_line_width(cairo, kDot);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
        bool goesOn = false;
        for (const auto& point : points) {
            const bool drawn = isPoint(point);
            if (drawn && m_panel.joined) {
                (goesOn ? cairo_line_to : cairo_move_to)(cairo, xPlace(point.first), yPlace(point.second));
            }
            goesOn = drawn;
        }
        cairo_stroke(cairo);
        for (const auto& point : points) {
            if (!isPoint(point)) continue;
            cairo_arc(cairo, xPlace(point.first), yPlace(point.second), kDot, 0, 2 * std::numbers::pi);
            cairo_fill(cairo);
        }
    }

    std::vector<TextRun> legendRuns() const {
        std::vector<TextRun> runs;
        for (std::size_t i = 0; i < m_panel.series.size(); ++i) {
            runs.push_back({"●", seriesColour(i, m_panel.series.size())});
            // A line is broken between series, not within a name.
            std::string name;
            for (const char c : m_panel.series[i].name) name += c == ' ' ? "\u00a0" : std::string(1, c);
            runs.push_back({"\u00a0" + name + "   "});
        }
        return runs;
    }
};

}  // namespace

std::unique_ptr<FigurePart> plotPart(const TextSetter& setter, const PlotPanel& panel, int width) {
    return std::make_unique<PlotPart>(setter, panel, width);
}

}  // namespace vit
