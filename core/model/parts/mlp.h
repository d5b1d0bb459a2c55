// SPDX-License-Identifier: GPL-3.0-or-later
// The dense layers of a block.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/depthwise.h"
#include "core/model/parts/dropout.h"
#include "core/model/parts/unit_tap.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

// Dense, GELU, dropout for each entry of mlpUnits; after the last dense layer GELU is a choice, and after the first one a
// convolution of each unit over the grid of tokens.
class MlpImpl : public torch::nn::Module {
public:
    MlpImpl(const ModelConfig& config);
    // What the convolution would see of the tokens `hidden` [B, N] is zero; undefined: none.
    torch::Tensor forward(torch::Tensor tokens, const ForwardMode& mode, std::int64_t part, const UnitTap& tap = {},
                          const torch::Tensor& hidden = {});

    std::vector<torch::nn::Linear> layers;  // fc1, fc2, …
    Depthwise dw{nullptr};                  // empty without mlpDepthwise

private:
    double m_dropout;
    bool m_lastGelu;
};
TORCH_MODULE(Mlp);

}  // namespace vit
