// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts by permuting axes, then projects.
#include "core/model/parts/patch_embedding.h"

namespace vit {

namespace nn = torch::nn;

torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize) {
    const std::int64_t batch = images.size(0);
    const std::int64_t channels = images.size(1);
    const std::int64_t side = images.size(2) / patchSize;
    return images.reshape({batch, channels, side, patchSize, side, patchSize})
        .permute({0, 2, 4, 3, 5, 1})
        .reshape({batch, side * side, patchSize * patchSize * channels});  // [B, N, P*P*C]
}

PatchEmbeddingImpl::PatchEmbeddingImpl(std::int64_t patchSize, std::int64_t channels, std::int64_t dim)
    : m_patchSize(patchSize) {
    proj = register_module("proj", nn::Linear(patchSize * patchSize * channels, dim));
}

torch::Tensor PatchEmbeddingImpl::forward(const torch::Tensor& images) { return proj(patchesOf(images, m_patchSize)); }

}  // namespace vit
