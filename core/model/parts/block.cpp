// SPDX-License-Identifier: GPL-3.0-or-later
// Two branches, each beside its residual.
#include "core/model/parts/block.h"

namespace vit {

namespace nn = torch::nn;

BlockImpl::BlockImpl(const ModelConfig& config, std::int64_t index) : m_index(index) {
    const auto norm = nn::LayerNormOptions({config.projectionDim}).eps(config.normEpsilon);
    norm1 = register_module("norm1", nn::LayerNorm(norm));
    attn = register_module("attn", Attention(config));
    norm2 = register_module("norm2", nn::LayerNorm(norm));
    mlp = register_module("mlp", Mlp(config));
}

torch::Tensor BlockImpl::attend(const torch::Tensor& tokens, const ForwardMode& mode) {
    return tokens + attn(norm1(tokens), mode, dropoutSite(m_index, 0));
}

torch::Tensor BlockImpl::transform(const torch::Tensor& tokens, const ForwardMode& mode) {
    return tokens + mlp(norm2(tokens), mode, m_index);
}

AttentionImpl::Open BlockImpl::open(const torch::Tensor& tokens) {
    AttentionImpl::Open opened = attn->open(norm1(tokens));
    opened.output = transform(tokens + opened.output, {});
    return opened;
}

}  // namespace vit
