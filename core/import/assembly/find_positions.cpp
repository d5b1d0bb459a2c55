// SPDX-License-Identifier: GPL-3.0-or-later
// How the network knows where a patch lies, and for which size of image: learned, rotary or relative positions.
#include "core/import/assembly/steps.h"

#include "core/base/error.h"
#include "core/config/wave_positions.h"
#include "core/import/array_shapes.h"
#include "core/import/positions.h"

#include <algorithm>
#include <utility>

namespace vit {

namespace {

// A row for each way in which patches can lie to each other, and three for the class token.
void findRelativePositions(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    model.positions = PositionType::Relative;
    const std::int64_t rows = assembly.shapeOf("blocks.0.attn.relative_position_bias_table", 2)[0];
    const std::int64_t side = (squareRoot(rows - 3) + 1) / 2;
    if (side < 1 || relativePlaces(side) != rows) refuseModel("its relative positions are of no square grid");
    const std::int64_t native = side * model.patchSize;
    if (assembly.isAssigned("model.image_size") && model.imageSize != native)
        throw InvalidInput(Issues{{"model.image_size", "The model's relative positions are for images of " +
                                                           std::to_string(native) + " px: leave the size as it is."}});
    model.imageSize = native;
}

// Nothing is added to tokens: queries and keys tell where patches lie.
void findPositionsInAttention(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    if (assembly.has("blocks.0.attn.relative_position_bias_table")) return findRelativePositions(assembly);
    if (assembly.facts.positions != PositionType::Rotary) refuseModel("it has no positions");
    model.positions = PositionType::Rotary;
    if (!assembly.isAssigned("model.image_size")) {
        if (assembly.facts.imageSize) model.imageSize = *assembly.facts.imageSize;
        else assembly.ask("model.image_size", "The file does not say for which image size: give it, such as 224.");
    }
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
    // Before the patches': of all such tokens, of those but the registers, or of none.
    std::int64_t before = -1;
    for (const std::int64_t candidate : {named, named + registers, std::int64_t{0}})
        if (before < 0 && squareRoot(rows - candidate) > 0) before = candidate;
    if (before < 0) refuseModel("its " + std::to_string(rows) + " positions are of no square grid");
    const std::int64_t side = squareRoot(rows - before);
    const std::int64_t native = side * model.patchSize;
    if (!assembly.isAssigned("model.image_size")) model.imageSize = native;
    const std::int64_t wanted = model.imageSize / model.patchSize;
    FloatArray grid{{side * side, dim}, {}};
    grid.values.assign(positions.values.begin() + before * dim, positions.values.end());
    if (wanted != side && wanted > 0) {
        grid = resampledPositions(grid, side, wanted);
        assembly.note("Positions of " + std::to_string(side) + " × " + std::to_string(side) +
                      " patches were interpolated to " + std::to_string(wanted) + " × " + std::to_string(wanted) + ".");
    }
    // As many rows before the grid's as the network has: the file's, and zeros for tokens to which nothing was added.
    if (before == named + registers && registers > 0) model.registerPositions = true;
    const std::int64_t needed = model.registerPositions ? named + registers : (tokens.readsClass ? 1 : 0);
    FloatArray head = zeros({needed, dim});
    std::copy_n(positions.values.begin(), std::min(before, needed) * dim, head.values.begin());
    assembly.keep("pos_embed", joined({std::move(head), std::move(grid)}));
}

}  // namespace vit
