// SPDX-License-Identifier: GPL-3.0-or-later
// Images into patches, and patches into tokens.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// Cuts [B, C, S, S] into [B, N, P*P*C]: patches row by row, elements in the order row, column, channel.
torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize);

// Linear projection of the patches: proj.weight [D, P*P*C].
class PatchEmbeddingImpl : public torch::nn::Module {
public:
    PatchEmbeddingImpl(std::int64_t patchSize, std::int64_t channels, std::int64_t dim);
    torch::Tensor forward(const torch::Tensor& images);  // [B, C, S, S] -> [B, N, D]

    torch::nn::Linear proj{nullptr};

private:
    std::int64_t m_patchSize;
};
TORCH_MODULE(PatchEmbedding);

}  // namespace vit
