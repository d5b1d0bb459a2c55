// SPDX-License-Identifier: GPL-3.0-or-later
// Images into patches, and patches into tokens.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/layer_norm.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// Cuts [B, C, H, W] into [B, N, P*P*C]: patches row by row, elements in the order row, column, channel.
torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize);

// [B, C, H, W] -> [B, 5 * C, H, W]: the images and, after them, what they show when they are moved by so many pixels up and
// left, up and right, down and left, down and right, zeros where nothing has come from.
torch::Tensor withShifted(const torch::Tensor& images, std::int64_t pixels);

// Linear projection of the patches: proj.weight [D, P*P*C]. Of shifted patches (Lee et al. 2021), those of the images and of
// four that are moved by half a patch are side by side, and normalised before they are projected.
class PatchEmbeddingImpl : public torch::nn::Module {
public:
    // `channels`: with those of the moved ones.
    PatchEmbeddingImpl(const ModelConfig& config, std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& images);  // [B, C, H, W] -> [B, N, D]

    LayerNorm norm{nullptr};  // [P*P*C], empty without shifted patches
    torch::nn::Linear proj{nullptr};

private:
    std::int64_t m_patchSize;
};
TORCH_MODULE(PatchEmbedding);

}  // namespace vit
