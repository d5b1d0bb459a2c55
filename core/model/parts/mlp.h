// SPDX-License-Identifier: GPL-3.0-or-later
// The dense layers of a block.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/depthwise.h"
#include "core/model/parts/dropout.h"
#include "core/model/parts/layer_norm.h"
#include "core/model/parts/unit_tap.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

// Dense, activation, dropout for each entry of mlpUnits; after the last dense layer the activation is a choice. The first
// one may be followed by a convolution of each unit over the grid of tokens, or be twice as wide: then the activated first
// half multiplies the second. What comes of it so far may be normalised before the next one.
class MlpImpl : public torch::nn::Module {
public:
    MlpImpl(const ModelConfig& config);
    // What the convolution would see of the tokens `hidden` [B, N] is zero; undefined: none.
    torch::Tensor forward(torch::Tensor tokens, const ForwardMode& mode, std::int64_t part, const UnitTap& tap = {},
                          const torch::Tensor& hidden = {});

    std::vector<torch::nn::Linear> layers;  // fc1, fc2, …
    Depthwise dw{nullptr};                  // empty without mlpDepthwise
    LayerNorm norm{nullptr};                // of the first layer's units, empty without mlpNorm

private:
    double m_dropout;
    bool m_lastGelu;
    bool m_gated;
    Activation m_activation;
};
TORCH_MODULE(Mlp);

}  // namespace vit
