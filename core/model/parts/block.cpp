// SPDX-License-Identifier: GPL-3.0-or-later
// Two branches, each beside its residual.
#include "core/model/parts/block.h"

namespace vit {

BlockImpl::BlockImpl(const ModelConfig& config, std::int64_t index, std::int64_t tokens)
    : m_index(index),
      m_dropPath(config.layers > 1 ? config.dropPath * static_cast<double>(index) / static_cast<double>(config.layers - 1)
                                   : config.dropPath),
      m_normPlace(config.normPlace) {
    norm1 = register_module("norm1", LayerNorm(config.projectionDim, config.normEpsilon, config.norm));
    attn = register_module("attn", Attention(config, tokens));
    if (config.layerScale > 0) ls1 = register_module("ls1", LayerScale(config.projectionDim));
    norm2 = register_module("norm2", LayerNorm(config.projectionDim, config.normEpsilon, config.norm));
    mlp = register_module("mlp", Mlp(config));
    if (config.layerScale > 0) ls2 = register_module("ls2", LayerScale(config.projectionDim));
}

torch::Tensor BlockImpl::given(const torch::Tensor& tokens, LayerNorm& norm) const {
    return m_normPlace == NormPlace::Before ? norm(tokens) : tokens;
}

torch::Tensor BlockImpl::added(const torch::Tensor& tokens, torch::Tensor branch, LayerNorm& norm, LayerScale& scale,
                               const ForwardMode& mode, std::int64_t layer) const {
    if (m_normPlace == NormPlace::After) branch = norm(branch);
    if (!scale.is_empty()) branch = scale(branch);
    if (!mode.training || m_dropPath <= 0) return tokens + branch;
    const torch::Tensor kept = dropout(torch::ones({tokens.size(0), 1, 1}, tokens.options().dtype(torch::kFloat32)),
                                       m_dropPath, mode, dropoutSite(m_index, layer));  // [B, 1, 1]: 0 or 1 / (1 - rate)
    return tokens + branch * kept;
}

torch::Tensor BlockImpl::attend(const torch::Tensor& tokens, const ForwardMode& mode) {
    return added(tokens, attn(given(tokens, norm1), mode, dropoutSite(m_index, 0)), norm1, ls1, mode, kAttentionPath);
}

torch::Tensor BlockImpl::transform(const torch::Tensor& tokens, const ForwardMode& mode, const UnitTap& tap,
                                   const torch::Tensor& hidden) {
    return added(tokens, mlp(given(tokens, norm2), mode, m_index, tap, hidden), norm2, ls2, mode, kMlpPath);
}

AttentionImpl::Open BlockImpl::open(const torch::Tensor& tokens, const AttentionImpl::Without& without,
                                    const UnitTap& tap) {
    AttentionImpl::Open opened = attn->open(given(tokens, norm1), without);
    opened.output = transform(added(tokens, opened.output, norm1, ls1, {}, kAttentionPath), {}, tap, without.keys);
    return opened;
}

}  // namespace vit
