// SPDX-License-Identifier: GPL-3.0-or-later
// The plain libtorch path, which every faster one is held against.
#include "core/model/parts/mlp.h"

#include "core/model/parts/activation.h"

#include <string>

namespace vit {

namespace nn = torch::nn;

MlpImpl::MlpImpl(const ModelConfig& config)
    : m_dropout(config.mlpDropout),
      m_lastGelu(config.mlpLastGelu),
      m_gated(config.mlpGated),
      m_activation(config.activation) {
    std::int64_t inputs = config.projectionDim;
    for (std::size_t i = 0; i < config.mlpUnits.size(); ++i) {
        layers.push_back(register_module("fc" + std::to_string(i + 1), nn::Linear(inputs, (i == 0 && m_gated ? 2 : 1) * config.mlpUnits[i])));
        if (i == 0 && config.mlpDepthwise)
            dw = register_module("dw", Depthwise(config.grid(), config.mlpUnits[i]));
        if (i == 0 && config.mlpNorm)
            norm = register_module("norm", LayerNorm(config.mlpUnits[i], config.normEpsilon, config.norm));
        inputs = config.mlpUnits[i];
    }
}

torch::Tensor MlpImpl::forward(torch::Tensor tokens, const ForwardMode& mode, std::int64_t part, const UnitTap& tap,
                               const torch::Tensor& hidden) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto layer = static_cast<std::int64_t>(i) + 1;  // layer 0 of a block is its attention
        tokens = layers[i](tokens);
        if (i == 0 && !dw.is_empty()) {
            if (hidden.defined()) tokens = tokens.masked_fill(hidden.unsqueeze(2), 0);
            tokens = dw(tokens);
        }
        if (i == 0 && m_gated) {
            const std::vector<torch::Tensor> halves = tokens.chunk(2, -1);
            tokens = activate(m_activation, halves[0]) * halves[1];
            if (tap) tap(tokens);
        } else if (m_lastGelu || i + 1 < layers.size()) {
            tokens = activate(m_activation, tokens);
            if (tap) tap(tokens);
        }
        tokens = dropout(tokens, m_dropout, mode, dropoutSite(part, layer));
        if (i == 0 && !norm.is_empty()) tokens = norm(tokens);
    }
    return tokens;
}

}  // namespace vit
