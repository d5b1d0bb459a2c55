// SPDX-License-Identifier: GPL-3.0-or-later
// The plain libtorch path, which every faster one is held against.
#include "core/model/parts/stem.h"

#include "core/config/parameter_plan.h"

#include <string>

namespace vit {

namespace nn = torch::nn;

StemImpl::StemImpl(const ModelConfig& config, std::int64_t channels) {
    for (std::size_t i = 0; i < config.stemWidths.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const std::int64_t width = config.stemWidths[i];
        convolutions.push_back(register_module("conv" + number, nn::Linear(9 * channels, width)));
        norms.push_back(register_module("norm" + number, LayerNorm(width, config.normEpsilon)));
        pools.push_back(stemHalvesAfter(config, i));
        channels = width;
    }
}

torch::Tensor StemImpl::forward(const torch::Tensor& images) {
    torch::Tensor x = images;
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
        const torch::Tensor& weight = convolutions[i]->weight;
        // Already as libtorch wants a kernel whose channels lie innermost: a view, not a copy.
        const torch::Tensor kernel = weight.view({weight.size(0), 3, 3, -1}).permute({0, 3, 1, 2});  // [O, C, 3, 3]
        x = torch::conv2d(x, kernel, convolutions[i]->bias, 1, 1);
        if (pools[i]) x = torch::max_pool2d(x, 2);
        x = torch::gelu(norms[i](x.permute({0, 2, 3, 1}))).permute({0, 3, 1, 2});  // [B, O, H', W']
    }
    return x;
}

}  // namespace vit
