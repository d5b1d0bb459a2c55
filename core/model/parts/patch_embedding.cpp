// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts by permuting axes, then projects.
#include "core/model/parts/patch_embedding.h"

#include "core/config/parameter_plan.h"

#include <torch/utils.h>

namespace vit {

namespace nn = torch::nn;

torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize) {
    const std::int64_t batch = images.size(0);
    const std::int64_t channels = images.size(1);
    const std::int64_t rows = images.size(2) / patchSize, columns = images.size(3) / patchSize;
    return images.reshape({batch, channels, rows, patchSize, columns, patchSize})
        .permute({0, 2, 4, 3, 5, 1})
        .reshape({batch, rows * columns, patchSize * patchSize * channels});  // [B, N, P*P*C]
}

torch::Tensor withShifted(const torch::Tensor& images, std::int64_t pixels) {
    const std::int64_t height = images.size(2), width = images.size(3);
    const torch::Tensor wide = torch::constant_pad_nd(images, {pixels, pixels, pixels, pixels});
    std::vector<torch::Tensor> all = {images};
    // What is seen `pixels` further down and right has moved up and left.
    for (const std::int64_t down : {2 * pixels, std::int64_t{0}})
        for (const std::int64_t right : {2 * pixels, std::int64_t{0}})
            all.push_back(wide.slice(2, down, down + height).slice(3, right, right + width));
    return torch::cat(all, 1);
}

PatchEmbeddingImpl::PatchEmbeddingImpl(const ModelConfig& config, std::int64_t channels)
    : m_patchSize(cutPatchSize(config)) {
    const std::int64_t elements = m_patchSize * m_patchSize * channels;
    if (config.shiftedPatches) norm = register_module("norm", LayerNorm(elements, config.normEpsilon, config.norm));
    proj = register_module("proj", nn::Linear(elements, config.projectionDim));
}

torch::Tensor PatchEmbeddingImpl::forward(const torch::Tensor& images) {
    if (norm.is_empty()) return proj(patchesOf(images, m_patchSize));
    return proj(norm(patchesOf(withShifted(images, m_patchSize / 2), m_patchSize)));
}

}  // namespace vit
