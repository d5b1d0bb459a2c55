// SPDX-License-Identifier: GPL-3.0-or-later
// Convolutions that look at the image before it is cut into patches.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/layer_norm.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

// For each of stemWidths a 3×3 convolution with zeros beyond the border, max pooling in squares of 2×2 where so chosen,
// layer normalisation over each pixel's channels, GELU. Kernels [O, 3 * 3 * C], in the order row, column, channel.
class StemImpl : public torch::nn::Module {
public:
    StemImpl(const ModelConfig& config, std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& images);  // [B, C, H, W] -> [B, O, H', W']

    std::vector<torch::nn::Linear> convolutions;  // conv1, conv2, …, as products with neighbourhoods
    std::vector<LayerNorm> norms;
    std::vector<bool> pools;
};
TORCH_MODULE(Stem);

}  // namespace vit
