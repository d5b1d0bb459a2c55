// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parts/depthwise.h"

#include <torch/utils.h>

namespace vit {

DepthwiseImpl::DepthwiseImpl(const GridSize& grid, std::int64_t channels) : m_grid(grid) {
    weight = register_parameter("weight", torch::zeros({3, 3, channels}));
    bias = register_parameter("bias", torch::zeros({channels}));
}

torch::Tensor DepthwiseImpl::forward(const torch::Tensor& tokens) {
    const std::int64_t others = tokens.size(1) - m_grid.count();
    const torch::Tensor grid = tokens.slice(1, others)
                                   .transpose(1, 2)
                                   .reshape({tokens.size(0), tokens.size(2), m_grid.rows, m_grid.columns});  // [B, U, R, C]
    const torch::Tensor kernel = weight.permute({2, 0, 1}).unsqueeze(1);  // [U, 1, 3, 3]
    const torch::Tensor sums = torch::conv2d(grid, kernel, bias, 1, 1, 1, tokens.size(2)).flatten(2).transpose(1, 2);
    return others == 0 ? sums : torch::cat({tokens.slice(1, 0, others), sums.to(tokens.dtype())}, 1);
}

}  // namespace vit
