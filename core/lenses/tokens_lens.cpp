// SPDX-License-Identifier: GPL-3.0-or-later
// What the tokens carry, and what was learned of positions and patches.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/tokens.h"
#include "core/lenses/lens_parts.h"
#include "core/lenses/patch_pictures.h"

#include <algorithm>

namespace vit {

namespace {

// The layer's [N, D] of [L + 1, N, D].
FloatArray ofLayer(const FloatArray& tokens, std::int64_t layer) {
    if (layer < 0 || layer >= tokens.shape[0])
        throw InvalidInput("Tokens are those before the first block, 0, to those after block " +
                           std::to_string(tokens.shape[0] - 1) + "; not " + std::to_string(layer) + ".");
    const auto size = static_cast<std::ptrdiff_t>(tokens.shape[1] * tokens.shape[2]);
    const auto first = tokens.values.begin() + layer * size;
    return {{tokens.shape[1], tokens.shape[2]}, {first, first + size}};
}

// Of how many positions along a side one is drawn and written: what grows with the fourth power of the side would soon
// be no figure that can be printed, and no table that a spreadsheet takes.
std::int64_t everyWhich(const TokenGrid& grid) {
    constexpr std::int64_t kMostTiles = 16;  // along a side
    return (std::max(grid.rows, grid.columns) + kMostTiles - 1) / kMostTiles;
}

std::string layerText(std::int64_t layer) { return layer == 0 ? "Before block 1" : "After block " + std::to_string(layer); }

}  // namespace

LensResult tokensLens(const LensQuestion& question) {
    const TokenGrid grid = tokenGrid(question.model.config());
    Look look = question.model.look(question.photo, {.tokens = true});
    LensResult result;
    const bool foreground = question.settings.foreground;
    result.figure.title = "Tokens: principal components as colours";
    result.figure.facts = modelFacts(question.model);
    if (foreground)
        result.figure.facts.push_back(
            {"Coloured", "the foreground, whose first component is above 0, by its own components"});
    result.figure.panels.emplace_back(MapPanel{.caption = "The model's input", .picture = look.picture});
    result.table = {{"layer", "row", "column", "red", "green", "blue"}};
    const std::int64_t last = look.tokens.shape[0] - 1;
    for (std::int64_t layer = question.settings.layer.value_or(0); layer <= question.settings.layer.value_or(last);
         ++layer) {
        const FloatArray tokens = ofLayer(look.tokens, layer);
        const TokenColours colours = foreground ? foregroundColours(tokens, grid) : tokenColours(tokens, grid);
        result.figure.panels.emplace_back(
            MapPanel{.caption = layerText(layer) + ": " +
                                percentText(colours.variance[0] + colours.variance[1] + colours.variance[2]),
                     .picture = tokenPicture(look.picture, colours)});
        for (std::size_t i = 0; i < colours.colours.values.size(); i += 3) {
            if (foreground && !colours.foreground[i / 3]) continue;
            const auto patch = static_cast<std::int64_t>(i / 3);
            result.table.push_back({std::to_string(layer), std::to_string(patch / grid.columns),
                                    std::to_string(patch % grid.columns), numberText(colours.colours.values[i]),
                                    numberText(colours.colours.values[i + 1]),
                                    numberText(colours.colours.values[i + 2])});
        }
    }
    result.figure.facts.push_back({"Percentages", "the share of the tokens' variance that the three components hold"});
    result.numbers = std::move(look.tokens);
    return result;
}

LensResult normsLens(const LensQuestion& question) {
    const TokenGrid grid = tokenGrid(question.model.config());
    const Look look = question.model.look(question.photo, {.tokens = true});
    const std::int64_t layer = question.settings.layer.value_or(look.tokens.shape[0] - 1);
    TokenNorms norms = tokenNorms(ofLayer(look.tokens, layer), grid);
    LensResult result;
    result.table = mapTable(norms.norms, "norm");
    result.figure.title = "Norms of the tokens";
    result.figure.facts = modelFacts(question.model);
    result.figure.facts.push_back({"Layer", layerText(layer)});
    const std::string outliers = std::to_string(norms.outliers.size()) + " of " + std::to_string(grid.patches());
    result.figure.facts.push_back({"Outliers", outliers + " (robust z-score above 5)"});
    if (grid.classToken) result.figure.facts.push_back({"Class token", roundedText(norms.classToken, 4)});
    result.figure.panels.emplace_back(mapPanel(question, look.picture, norms.norms, false, "Euclidean norm"));
    result.summary = outliers + " tokens are outliers";
    result.numbers = std::move(norms.norms);
    return result;
}

LensResult positionsLens(const LensQuestion& question) {
    const TokenGrid grid = tokenGrid(question.model.config());
    LensResult result;
    result.numbers = positionSimilarity(question.model);
    result.figure.title = "Similarity of positions";
    result.figure.facts = modelFacts(question.model);
    result.table = {{"patch", "other", "cosine"}};
    const std::int64_t patches = grid.patches(), every = everyWhich(grid);
    std::vector<HeatMap> maps;
    for (std::int64_t row = 0; row < grid.rows; row += every) {
        for (std::int64_t column = 0; column < grid.columns; column += every) {
            const std::int64_t patch = row * grid.columns + column;
            const auto first = result.numbers.values.begin() + patch * patches;
            maps.push_back(heatMapOf({{grid.rows, grid.columns}, {first, first + patches}}, true));
            for (std::int64_t other = 0; other < patches; ++other)
                result.table.push_back({std::to_string(patch), std::to_string(other), numberText(first[other])});
        }
    }
    result.figure.columns = static_cast<int>((grid.columns + every - 1) / every);
    if (every > 1) {
        result.figure.facts.push_back({"Positions", groupedText(static_cast<std::int64_t>(maps.size())) + " of " +
                                                        groupedText(patches) + ", one in " + std::to_string(every) +
                                                        " along each side; the .npy holds all of them"});
    }
    const ColourScale scale = scaleOf(maps, question.settings.colours);
    for (HeatMap& map : maps)
        result.figure.panels.emplace_back(MapPanel{.map = std::move(map), .scale = scale, .quantity = "cosine"});
    return result;
}

LensResult filtersLens(const LensQuestion& question) {
    Filters filters = projectionFilters(question.model);
    LensResult result;
    result.figure.title = "Principal components of the patch projection";
    result.figure.facts = modelFacts(question.model);
    result.figure.columns = 7;
    result.table = {{"component", "share_of_variance"}};
    for (std::size_t i = 0; i < filters.variance.size(); ++i) {
        result.figure.panels.emplace_back(
            MapPanel{.caption = percentText(filters.variance[i]),
                     .picture = filterPicture(filters, static_cast<std::int64_t>(i))});
        result.table.push_back({std::to_string(i), numberText(filters.variance[i])});
    }
    result.numbers = std::move(filters.filters);
    return result;
}

}  // namespace vit
