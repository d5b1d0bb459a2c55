// SPDX-License-Identifier: GPL-3.0-or-later
// Bars between 0 and 1, and cells.
#include "core/export/evaluation_plots.h"

#include "core/base/number_text.h"
#include "core/export/svg_canvas.h"

#include <algorithm>

namespace vit {

namespace {

constexpr double kPlotWidth = 560, kPlotHeight = 380;
constexpr double kPlotLeft = 62, kPlotRight = 14, kPlotTop = 40, kPlotBottom = 42;

double xPlace(double confidence) { return kPlotLeft + confidence * (kPlotWidth - kPlotLeft - kPlotRight); }
double yPlace(double accuracy) { return kPlotHeight - kPlotBottom - accuracy * (kPlotHeight - kPlotTop - kPlotBottom); }

std::string imagesText(std::int64_t images) { return groupedText(images) + (images == 1 ? " image" : " images"); }

void drawAxes(SvgCanvas& canvas) {
    constexpr int kTicks = 5;
    for (int i = 0; i <= kTicks; ++i) {
        const double share = static_cast<double>(i) / kTicks;
        const std::string text = fixedText(100 * share, 0) + " %";
        canvas.line(kPlotLeft, yPlace(share), kPlotWidth - kPlotRight, yPlace(share), "grid");
        canvas.label(kPlotLeft - 8, yPlace(share) + 4, "tick", "end", text);
        canvas.label(xPlace(share), kPlotHeight - kPlotBottom + 18, "tick", i == kTicks ? "end" : "middle", text);
    }
    canvas.line(kPlotLeft, yPlace(0), kPlotWidth - kPlotRight, yPlace(0), "axis");
    canvas.label(xPlace(0.5), kPlotHeight - 6, "tick", "middle", "Confidence");
}

void drawBin(SvgCanvas& canvas, const CalibrationBin& bin) {
    constexpr double kNarrowest = 1.5;  // bins of equal count may lie at one confidence
    const std::string tip = fixedText(bin.low, 3) + " – " + fixedText(bin.high, 3) + ": " + imagesText(bin.images) +
                            ", confidence " + percentText(bin.confidence) + ", accuracy " + percentText(bin.accuracy);
    const double width = std::max(kNarrowest, xPlace(bin.high) - xPlace(bin.low) - 1);
    canvas.box(xPlace(bin.low), yPlace(bin.accuracy), width, yPlace(0) - yPlace(bin.accuracy), "train", tip);
    canvas.dot(xPlace(bin.confidence), yPlace(bin.accuracy), "train");
}

// The matrix's place in its picture.
struct Grid {
    static constexpr double kSide = 880, kMargin = 120;
    static constexpr double kSmallestText = 5, kLargestText = 12;

    double cell = 0;

    explicit Grid(std::size_t classes) : cell(kSide / static_cast<double>(classes)) {}
    double at(std::size_t row) const { return kMargin + static_cast<double>(row) * cell; }
    double textSize() const { return std::min(kLargestText, cell * 0.9); }
    bool hasRoomForNames() const { return textSize() >= kSmallestText; }
};

std::string shortened(const std::string& name) {
    constexpr std::size_t kMost = 22;  // bytes
    if (name.size() <= kMost) return name;
    std::size_t end = kMost - 1;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;  // not within a character
    return name.substr(0, end) + "…";
}

void drawNames(SvgCanvas& canvas, const Grid& grid, const std::vector<std::string>& names, const ClassOrder& order) {
    if (!grid.hasRoomForNames()) return;
    const std::string size = "font-size=\"" + SvgCanvas::place(grid.textSize()) + "\"";
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::string name = shortened(names[static_cast<std::size_t>(order[i])]);
        const double along = grid.at(i) + grid.cell / 2 + grid.textSize() / 3;
        const double edge = Grid::kMargin - 4;
        canvas.label(edge, along, "tick", "end", name, size);
        const std::string pivot = SvgCanvas::place(along) + " " + SvgCanvas::place(edge);
        canvas.label(along, edge, "tick", "start", name, size + " transform=\"rotate(-90 " + pivot + ")\"");
    }
}

}  // namespace

std::string reliabilityPlot(const std::string& title, const std::vector<CalibrationBin>& bins) {
    SvgCanvas canvas(kPlotWidth, kPlotHeight, "plot", title);
    canvas.label(kPlotLeft, 22, "plot-title", "start", title);
    drawAxes(canvas);
    for (const CalibrationBin& bin : bins)
        if (bin.images > 0) drawBin(canvas, bin);
    canvas.line(xPlace(0), yPlace(0), xPlace(1), yPlace(1), "ideal");
    return canvas.text();
}

std::string confusionPlot(const ConfusionMatrix& confusion, const std::vector<std::string>& names,
                          const ClassOrder& order, const std::vector<std::string>& groups) {
    const Grid grid(order.size());
    const double whole = Grid::kMargin + Grid::kSide + 2;
    SvgCanvas canvas(whole, whole, "matrix", "Confusion matrix");
    drawNames(canvas, grid, names, order);
    for (std::size_t row = 0; row < order.size(); ++row) {
        const auto truth = static_cast<std::size_t>(order[row]);
        for (std::size_t column = 0; column < order.size(); ++column) {
            const std::int64_t count = confusion.at(order[row], order[column]);
            if (count == 0) continue;
            const std::string tip =
                names[truth] + " → " + names[static_cast<std::size_t>(order[column])] + ": " + imagesText(count);
            canvas.box(grid.at(column), grid.at(row), grid.cell, grid.cell, row == column ? "right" : "wrong", tip,
                       confusion.strengthAt(order[row], order[column]));
        }
    }
    for (std::size_t i = 1; i < order.size() && !groups.empty(); ++i) {
        if (groups[static_cast<std::size_t>(order[i])] == groups[static_cast<std::size_t>(order[i - 1])]) continue;
        canvas.line(Grid::kMargin, grid.at(i), Grid::kMargin + Grid::kSide, grid.at(i), "group");
        canvas.line(grid.at(i), Grid::kMargin, grid.at(i), Grid::kMargin + Grid::kSide, "group");
    }
    canvas.box(Grid::kMargin, Grid::kMargin, Grid::kSide, Grid::kSide, "frame", {});
    return canvas.text();
}

}  // namespace vit
