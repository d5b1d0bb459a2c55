// SPDX-License-Identifier: GPL-3.0-or-later
// What patches are projected with, and the norm before the blocks.
#include "core/import/assembly/steps.h"

#include "core/base/error.h"
#include "core/config/field_check.h"
#include "core/config/schema.h"
#include "core/import/patch_kernel.h"

#include <utility>

namespace vit {

namespace {

// [D, C, P, P] -> [D, P*P*C]: row, column, channel.
FloatArray channelsLast(const FloatArray& stored) {
    const std::int64_t outputs = stored.shape[0], channels = stored.shape[1], pixels = stored.shape[2] * stored.shape[3];
    FloatArray kernel{{outputs, pixels * channels}, std::vector<float>(stored.values.size())};
    for (std::int64_t d = 0; d < outputs; ++d) {
        for (std::int64_t c = 0; c < channels; ++c) {
            for (std::int64_t p = 0; p < pixels; ++p) {
                kernel.values[static_cast<std::size_t>((d * pixels + p) * channels + c)] =
                    stored.values[static_cast<std::size_t>((d * channels + c) * pixels + p)];
            }
        }
    }
    return kernel;
}

}  // namespace

void findPatches(Assembly& assembly) {
    const std::vector<std::int64_t> shape = assembly.shapeOf("patch_embed.proj.weight", 4);
    if (shape[2] != shape[3]) refuseModel("its patches are not square");
    if (shape[1] != 1 && shape[1] != 3)
        refuseModel("it takes pictures of " + std::to_string(shape[1]) + " channels, not of 1 or 3");
    ModelConfig& model = assembly.config.model;
    assembly.channels = shape[1];
    model.projectionDim = shape[0];
    const std::int64_t side = shape[2];
    FloatArray kernel = channelsLast(assembly.take("patch_embed.proj.weight"));
    const std::int64_t wanted = assembly.isAssigned("model.patch_size") ? model.patchSize : side;
    if (const auto problem = rangeProblem(*findField("model.patch_size"), wanted))
        throw InvalidInput(Issues{{"model.patch_size", *problem}});
    model.patchSize = wanted;
    if (wanted != side) {
        kernel = resampledKernel(kernel, side, wanted);
        assembly.note("The projection of patches of " + std::to_string(side) + " px was made one of " +
                      std::to_string(wanted) + " px.");
    }
    assembly.keep("patch_embed.proj.weight", std::move(kernel));
    assembly.keep("patch_embed.proj.bias", assembly.takeOrZeros("patch_embed.proj.bias", shape[0]));
    model.stemWidths.clear();
    model.stemPools.clear();
    model.preNorm = assembly.has("norm_pre.weight");
    if (model.preNorm) assembly.movePair("norm_pre");
}

}  // namespace vit
