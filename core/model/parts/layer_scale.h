// SPDX-License-Identifier: GPL-3.0-or-later
// Learned factors of a branch's output.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// A number for each channel (Touvron et al., "Going deeper with Image Transformers", 2021).
class LayerScaleImpl : public torch::nn::Module {
public:
    explicit LayerScaleImpl(std::int64_t width) { gamma = register_parameter("gamma", torch::ones({width})); }
    torch::Tensor forward(const torch::Tensor& tokens) { return tokens * gamma; }  // [..., width]

    torch::Tensor gamma;  // [width]
};
TORCH_MODULE(LayerScale);

}  // namespace vit
