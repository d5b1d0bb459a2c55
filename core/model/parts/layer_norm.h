// SPDX-License-Identifier: GPL-3.0-or-later
// Layer normalisation over a token's width (Ba et al. 2016), or by the root of its mean square (Zhang & Sennrich 2019), with
// libtorch's names: a module of libtorch's own would bring headers that take longer to compile than all else that the network
// needs.
#pragma once

#include "core/config/config.h"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

class LayerNormImpl : public torch::nn::Module {
public:
    LayerNormImpl(std::int64_t width, double epsilon, NormType type = NormType::LayerNorm);
    torch::Tensor forward(const torch::Tensor& tokens);  // [..., width]

    torch::Tensor weight;  // [width], ones at first
    torch::Tensor bias;    // [width], zeros at first; undefined by the mean square

private:
    double m_epsilon;
};
TORCH_MODULE(LayerNorm);

}  // namespace vit
