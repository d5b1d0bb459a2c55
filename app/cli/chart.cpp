// SPDX-License-Identifier: GPL-3.0-or-later
// Line plots of characters, for a terminal.
#include "app/cli/chart.h"

#include "app/cli/text.h"
#include "core/base/number_text.h"
#include "core/base/value_range.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace vit::cli {

namespace {

constexpr int kWidth = 64;
constexpr int kHeight = 10;
constexpr int kLabelWidth = 8;

std::string glyph(std::size_t series) {
    static const std::vector<std::string> kUnicode = {"·", "●", "×"};
    static const std::vector<std::string> kAscii = {".", "o", "x"};
    const auto& glyphs = terminalTakesUnicode() ? kUnicode : kAscii;
    return glyphs[series % glyphs.size()];
}

// Linear between the points; none outside them.
std::optional<double> valueAt(const std::vector<Series::Point>& points, double x) {
    const auto after = std::lower_bound(points.begin(), points.end(), x,
                                        [](const Series::Point& point, double value) { return point.x < value; });
    if (after == points.end()) return std::nullopt;
    if (after->x == x) return after->y;
    if (after == points.begin()) return std::nullopt;
    const auto before = after - 1;
    return before->y + (after->y - before->y) * (x - before->x) / (after->x - before->x);
}

std::vector<Series::Point> numbers(std::vector<Series::Point> points) {
    std::erase_if(points, [](const Series::Point& point) { return !std::isfinite(point.y); });
    return points;
}

std::string leftPadded(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, textWidth(text)), ' ') + text;
}

std::string drawRow(const std::vector<std::string>& cells, int row, int height, const ValueRange& y) {
    const bool labelled = row == 0 || row == height - 1 || row == height / 2;
    std::string text =
        leftPadded(labelled ? fixedText(y.at(1 - static_cast<double>(row) / (height - 1)), 3) : "", kLabelWidth);
    text += terminalTakesUnicode() ? (labelled ? " ┤" : " │") : " |";
    for (const std::string& cell : cells) text += cell;
    return text.erase(text.find_last_not_of(' ') + 1) + '\n';
}

std::string drawAxis(const ValueRange& x, int width) {
    const bool unicode = terminalTakesUnicode();
    std::string text = std::string(kLabelWidth, ' ') + (unicode ? " └" : " +");
    for (int i = 0; i < width; ++i) text += unicode ? "─" : "-";
    const std::string first = fixedText(x.low, 0);
    const std::string last = "epoch " + fixedText(x.high, 0);
    return text + '\n' + std::string(kLabelWidth + 2, ' ') + first +
           leftPadded(last, static_cast<std::size_t>(width) - first.size()) + '\n';
}

// One point a column, the mean of the steps in it: single steps are too noisy to be read.
Series meansOfSteps(const std::vector<StepDone>& steps, const Metric& metric) {
    Series series{"training", {}};
    if (steps.empty()) return series;
    const std::size_t columns = std::min<std::size_t>(kWidth, steps.size());
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t begin = column * steps.size() / columns;
        const std::size_t end = (column + 1) * steps.size() / columns;
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += steps[i].*metric.value;
        const StepDone& last = steps[end - 1];
        const double x =
            static_cast<double>(last.step) / static_cast<double>(std::max<std::int64_t>(1, last.stepsPerEpoch));
        series.points.push_back({x, sum / static_cast<double>(end - begin)});
    }
    return series;
}

Series validation(const std::vector<EpochDone>& epochs, const Metric& metric) {
    Series series{"validation", {}};
    for (const EpochDone& epoch : epochs)
        series.points.push_back({static_cast<double>(epoch.epoch), epoch.validation.*metric.value});
    return series;
}

}  // namespace

std::string lineChart(const std::string& title, const std::vector<Series>& series, int width, int height) {
    ValueRange x;
    ValueRange y;
    std::string text = title;
    std::vector<std::vector<Series::Point>> lines;
    for (std::size_t i = 0; i < series.size(); ++i) {
        lines.push_back(numbers(series[i].points));
        for (const Series::Point& point : lines.back()) {
            x.include(point.x);
            y.include(point.y);
        }
        if (!lines.back().empty()) text += "   " + glyph(i) + " " + series[i].name;
    }
    if (x.empty()) return {};
    if (y.low == y.high) y.high = y.low + 1;

    std::vector<std::vector<std::string>> cells(static_cast<std::size_t>(height),
                                                std::vector<std::string>(static_cast<std::size_t>(width), " "));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (int column = 0; column < width; ++column) {
            const auto value =
                valueAt(lines[i], column + 1 == width ? x.high : x.at(static_cast<double>(column) / (width - 1)));
            if (!value) continue;
            const long row = std::lround((y.high - *value) / (y.high - y.low) * (height - 1));
            cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = glyph(i);
        }
    }
    text += '\n';
    for (int row = 0; row < height; ++row) text += drawRow(cells[static_cast<std::size_t>(row)], row, height, y);
    return text + drawAxis(x, width);
}

std::string runCharts(const RunCurves& curves) {
    std::string charts;
    for (const Metric& metric : kMetrics) {
        if (!metric.leads) continue;
        charts += lineChart(metric.label(), {meansOfSteps(curves.steps, metric), validation(curves.epochs, metric)},
                            kWidth, kHeight);
    }
    return charts;
}

}  // namespace vit::cli
