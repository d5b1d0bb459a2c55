// SPDX-License-Identifier: GPL-3.0-or-later
// How the network knows where a patch lies, and for which size of image: learned, rotary or relative positions.
#include "core/import/assembly/steps.h"

#include "core/base/error.h"
#include "core/config/wave_positions.h"
#include "core/import/array_shapes.h"
#include "core/import/positions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace vit {

namespace {

// What the file's configuration says of its pictures, in patches; none where it says nothing that can be cut.
std::optional<GridSize> knownGrid(const Assembly& assembly) {
    const auto& size = assembly.facts.imageSize;
    const std::int64_t patch = assembly.config.model.patchSize;
    constexpr std::int64_t kMost = 1'000'000;  // pixels; a file may claim anything
    if (!size || std::min(size->height, size->width) < patch || std::max(size->height, size->width) > kMost)
        return std::nullopt;
    return GridSize{size->height / patch, size->width / patch};
}

GridSize squareGrid(std::int64_t side) { return {side, side}; }

// Takes over the stored size where none was asked for.
void useSize(Assembly& assembly, const ImageSize& stored) {
    ModelConfig& model = assembly.config.model;
    const bool own = assembly.isAssigned("model.image_size"), ownWidth = assembly.isAssigned("model.image_width");
    if (!own) model.imageSize = stored.height;
    if (!own && !ownWidth) model.imageWidth = stored.isSquare() ? 0 : stored.width;
}

ImageSize pixelsOf(const GridSize& grid, std::int64_t patchSize) {
    return {grid.rows * patchSize, grid.columns * patchSize};
}

// A row for each way in which patches can lie to each other, and three for the class token.
void findRelativePositions(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    model.positions = PositionType::Relative;
    const std::int64_t rows = assembly.shapeOf("blocks.0.attn.relative_position_bias_table", 2)[0];
    GridSize grid = squareGrid((squareRoot(rows - 3) + 1) / 2);
    if (const auto known = knownGrid(assembly); known && relativePlaces(*known) == rows) grid = *known;
    if (grid.rows < 1 || relativePlaces(grid) != rows)
        refuseModel("its relative positions are of no square grid, nor of that which its configuration tells");
    const ImageSize native = pixelsOf(grid, model.patchSize);
    useSize(assembly, native);
    if (model.inputSize() != native)
        throw InvalidInput(Issues{{"model.image_size", "The model's relative positions are for images of " +
                                                           sizeText(native) + " px: leave the size as it is."}});
}

// Nothing is added to tokens: queries and keys tell where patches lie.
void findPositionsInAttention(Assembly& assembly) {
    if (assembly.has("blocks.0.attn.relative_position_bias_table")) return findRelativePositions(assembly);
    if (assembly.facts.positions != PositionType::Rotary) refuseModel("it has no positions");
    assembly.config.model.positions = PositionType::Rotary;
    if (assembly.facts.imageSize) useSize(assembly, *assembly.facts.imageSize);
    else if (!assembly.isAssigned("model.image_size"))
        assembly.ask("model.image_size", "The file does not say for which image size: give it, such as 224.");
}

struct StoredPositions {
    std::int64_t before = 0;  // rows of tokens that come before the patches
    GridSize grid;
};

// Before the patches' rows stand those of all such tokens, of those but the registers, or of none. A grid that is no square
// is only found where the configuration tells its shape, or whoever imports it.
std::optional<StoredPositions> storedPositions(Assembly& assembly, std::int64_t rows, const PrefixTokens& tokens) {
    const std::array prefixes = {tokens.named, tokens.named + tokens.registers, std::int64_t{0}};
    const auto fitting = [&](const GridSize& grid) -> std::optional<StoredPositions> {
        for (const std::int64_t before : prefixes)
            if (rows - before == grid.count()) return StoredPositions{before, grid};
        return std::nullopt;
    };
    const auto known = knownGrid(assembly);
    if (known && known->rows != known->columns)
        if (const auto stored = fitting(*known)) return stored;
    const GridSize asked = assembly.config.model.grid();
    if (!known && assembly.isAssigned("model.image_size") && asked.rows != asked.columns) {
        if (const auto stored = fitting(asked)) {
            assembly.note("The file does not say how its positions lie: they were taken as the " + gridText(asked) +
                          " (rows × columns) of the size that was given.");
            return stored;
        }
    }
    for (const std::int64_t before : prefixes)
        if (const std::int64_t side = squareRoot(rows - before); side > 0) return StoredPositions{before, squareGrid(side)};
    return std::nullopt;
}

}  // namespace

void findPositions(Assembly& assembly, const PrefixTokens& tokens) {
    ModelConfig& model = assembly.config.model;
    const std::int64_t dim = model.projectionDim, named = tokens.named, registers = tokens.registers;
    if (!assembly.has("pos_embed")) return findPositionsInAttention(assembly);
    model.positions = assembly.facts.positions.value_or(PositionType::Learned);
    const FloatArray positions = assembly.take("pos_embed");
    const std::int64_t rows = positions.shape.empty() ? 0 : valueCount(positions.shape) / dim;
    if (rows < 1 || rows * dim != valueCount(positions.shape))
        refuseModel("pos_embed has the shape " + shapeText(positions.shape));
    const auto stored = storedPositions(assembly, rows, tokens);
    if (!stored) {
        return assembly.ask("model.image_width",
                            "Its " + std::to_string(rows) + " positions are of no square grid of patches, and the file does "
                            "not say of which: give the height and width of the pictures that it was trained with, as "
                            "model.image_size and model.image_width. Once imported so, it can be had in other sizes.");
    }
    const std::int64_t before = stored->before;
    useSize(assembly, pixelsOf(stored->grid, model.patchSize));
    const GridSize wanted = model.grid();
    FloatArray grid{{stored->grid.count(), dim}, {}};
    grid.values.assign(positions.values.begin() + before * dim, positions.values.end());
    if (wanted != stored->grid && wanted.rows > 0 && wanted.columns > 0) {
        grid = resampledPositions(grid, stored->grid, wanted);
        assembly.note("Positions of " + gridText(stored->grid) + " patches were interpolated to " + gridText(wanted) + ".");
    }
    // As many rows before the grid's as the network has: the file's, and zeros for tokens to which nothing was added.
    if (before == named + registers && registers > 0) model.registerPositions = true;
    const std::int64_t needed = model.registerPositions ? named + registers : (tokens.readsClass ? 1 : 0);
    FloatArray head = zeros({needed, dim});
    std::copy_n(positions.values.begin(), std::min(before, needed) * dim, head.values.begin());
    assembly.keep("pos_embed", joined({std::move(head), std::move(grid)}));
}

}  // namespace vit
