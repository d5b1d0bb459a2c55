// SPDX-License-Identifier: GPL-3.0-or-later
// A convolution over the grid of tokens, of each channel by itself.
#pragma once

#include "core/config/image_size.h"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// 3×3, with zeros beyond the grid's border. Tokens before the grid's, such as a class token, pass as they are.
class DepthwiseImpl : public torch::nn::Module {
public:
    DepthwiseImpl(const GridSize& grid, std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& tokens);  // [B, N, channels]

    torch::Tensor weight;  // [3, 3, channels], the identity at first
    torch::Tensor bias;    // [channels]

private:
    GridSize m_grid;
};
TORCH_MODULE(Depthwise);

}  // namespace vit
