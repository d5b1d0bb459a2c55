// SPDX-License-Identifier: GPL-3.0-or-later
// Where the heads look: all of them side by side, or one enlarged over the picture.
#include "core/base/number_text.h"
#include "core/inspect/attention.h"
#include "core/lenses/lens_parts.h"

#include <algorithm>

namespace vit {

namespace {

FloatArray mapOf(const Look& look, const TokenGrid& grid, std::int64_t layer, std::int64_t head,
                 const LensSettings& settings) {
    const FloatArray matrix = settings.fusion ? layerAttention(look.attention, layer, {}, *settings.fusion)
                                              : layerAttention(look.attention, layer, head);
    return settings.token ? attentionMap(matrix, grid, *settings.token, settings.direction) : attentionMap(matrix, grid);
}

const char* fusionText(Fusion fusion) {
    switch (fusion) {
        case Fusion::Mean: return "Mean of the heads";
        case Fusion::Max: return "Maximum of the heads";
        case Fusion::Min: return "Minimum of the heads";
    }
    return "";
}

std::string asker(const LensSettings& settings, const TokenGrid& grid) {
    if (!settings.token) return grid.classToken ? "The class token" : "All patches, mean";
    if (grid.classToken && *settings.token == 0) return "The class token";
    const std::int64_t patch = *settings.token - grid.firstPatch();
    return "The patch in row " + std::to_string(patch / grid.columns + 1) + ", column " +
           std::to_string(patch % grid.columns + 1);
}

// From `first`, counted from 0, up to before `end`: one that was chosen, or all.
std::pair<std::int64_t, std::int64_t> chosen(const std::optional<std::int64_t>& one, std::int64_t count) {
    return one ? std::pair{*one - 1, *one} : std::pair{std::int64_t{0}, count};
}

// A table of blocks and heads; a single row or column is laid out as suits the page.
void setTitles(Figure& figure, const std::vector<std::string>& rows, const std::vector<std::string>& columns) {
    if (rows.size() > 1 && columns.size() > 1) {
        figure.columns = static_cast<int>(columns.size());
        figure.rowTitles = rows;
        figure.columnTitles = columns;
        return;
    }
    for (std::size_t i = 0; i < figure.panels.size(); ++i)
        std::get<MapPanel>(figure.panels[i]).caption = rows[i / columns.size()] + ", " + columns[i % columns.size()];
}

std::vector<std::vector<std::string>> figuresTable(const std::vector<HeadFigures>& figures) {
    std::vector<std::vector<std::string>> table = {{"block", "head", "distance_px", "entropy_nats", "class_token_share"}};
    for (const HeadFigures& row : figures) {
        table.push_back({std::to_string(row.layer + 1), std::to_string(row.head + 1), numberText(row.distance),
                         numberText(row.entropy), numberText(row.classTokenShare)});
    }
    return table;
}

}  // namespace

LensResult attentionLens(const LensQuestion& question) {
    const LensSettings& settings = question.settings;
    const TokenGrid grid = tokenGrid(question.model.config());
    Look look = question.model.look(question.photo, {.attention = true});
    const std::int64_t layers = look.attention.shape[0], heads = look.attention.shape[1];
    // Which there are is said by what is asked of the first map.
    mapOf(look, grid, settings.layer.value_or(1) - 1, settings.head.value_or(1) - 1, settings);
    LensResult result;
    result.table = figuresTable(headFigures(look.attention, grid));
    result.figure.title = "Attention";
    result.figure.facts = modelFacts(question.model);
    result.figure.facts.push_back(
        {settings.direction == Direction::LooksAt ? "Looking" : "Looked at", asker(settings, grid)});
    const auto [firstLayer, endLayer] = chosen(settings.layer, layers);
    const auto [firstHead, endHead] =
        settings.fusion ? std::pair{std::int64_t{0}, std::int64_t{1}} : chosen(settings.head, heads);
    std::vector<MapPanel> panels;
    for (std::int64_t layer = firstLayer; layer < endLayer; ++layer) {
        for (std::int64_t head = firstHead; head < endHead; ++head) {
            panels.push_back(mapPanel(question, look.picture, mapOf(look, grid, layer, head, settings), false,
                                      "share of the attention"));
        }
    }
    std::vector<HeatMap> maps;
    for (const MapPanel& panel : panels) maps.push_back(panel.map);
    const ColourScale scale = scaleOf(maps, settings.colours);
    for (MapPanel& panel : panels) {
        panel.scale = scale;
        result.figure.panels.emplace_back(std::move(panel));
    }
    std::vector<std::string> rows, columns;
    for (std::int64_t layer = firstLayer; layer < endLayer; ++layer) rows.push_back("Block " + std::to_string(layer + 1));
    for (std::int64_t head = firstHead; head < endHead; ++head)
        columns.push_back(settings.fusion ? fusionText(*settings.fusion) : "Head " + std::to_string(head + 1));
    setTitles(result.figure, rows, columns);
    result.numbers = std::move(look.attention);
    return result;
}

LensResult distanceLens(const LensQuestion& question) {
    const TokenGrid grid = tokenGrid(question.model.config());
    const Look look = question.model.look(question.photo, {.attention = true});
    const std::vector<HeadFigures> figures = headFigures(look.attention, grid);
    LensResult result;
    result.table = figuresTable(figures);
    result.numbers.shape = {look.attention.shape[0], look.attention.shape[1]};
    PlotPanel plot{.caption = "Mean distance between a patch and what it looks at",
                   .xTitle = "Block",
                   .yTitle = "Distance (pixels of the input)",
                   .joined = false,
                   .wholeX = true};
    plot.series.resize(1);
    plot.series.front().name = "Heads";
    for (const HeadFigures& row : figures) {
        result.numbers.values.push_back(static_cast<float>(row.distance));
        plot.series.front().points.emplace_back(static_cast<double>(row.layer + 1), row.distance);
    }
    result.figure.title = "Attention distance";
    result.figure.facts = modelFacts(question.model);
    result.figure.panels.emplace_back(std::move(plot));
    return result;
}

}  // namespace vit
