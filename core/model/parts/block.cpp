// SPDX-License-Identifier: GPL-3.0-or-later
// Two branches, each beside its residual.
#include "core/model/parts/block.h"

namespace vit {

BlockImpl::BlockImpl(const ModelConfig& config, std::int64_t index) : m_index(index) {
    norm1 = register_module("norm1", LayerNorm(config.projectionDim, config.normEpsilon));
    attn = register_module("attn", Attention(config));
    norm2 = register_module("norm2", LayerNorm(config.projectionDim, config.normEpsilon));
    mlp = register_module("mlp", Mlp(config));
}

torch::Tensor BlockImpl::attend(const torch::Tensor& tokens, const ForwardMode& mode) {
    return tokens + attn(norm1(tokens), mode, dropoutSite(m_index, 0));
}

torch::Tensor BlockImpl::transform(const torch::Tensor& tokens, const ForwardMode& mode, const UnitTap& tap) {
    return tokens + mlp(norm2(tokens), mode, m_index, tap);
}

AttentionImpl::Open BlockImpl::open(const torch::Tensor& tokens, const AttentionImpl::Without& without,
                                    const UnitTap& tap) {
    AttentionImpl::Open opened = attn->open(norm1(tokens), without);
    opened.output = transform(tokens + opened.output, {}, tap);
    return opened;
}

}  // namespace vit
