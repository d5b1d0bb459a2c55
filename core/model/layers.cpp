// SPDX-License-Identifier: GPL-3.0-or-later
// The plain libtorch path of each layer: the reference that every faster path is held against.
#include "model/layers.h"

#include "model/fused_kernels.h"

#include <cmath>
#include <string>

namespace vit {

namespace nn = torch::nn;

torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize) {
    const std::int64_t batch = images.size(0);
    const std::int64_t channels = images.size(1);
    const std::int64_t side = images.size(2) / patchSize;
    return images.reshape({batch, channels, side, patchSize, side, patchSize})
        .permute({0, 2, 4, 3, 5, 1})
        .reshape({batch, side * side, patchSize * patchSize * channels});  // [B, N, P*P*C]
}

PatchEmbeddingImpl::PatchEmbeddingImpl(std::int64_t patchSize, std::int64_t channels, std::int64_t dim)
    : m_patchSize(patchSize) {
    proj = register_module("proj", nn::Linear(patchSize * patchSize * channels, dim));
}

torch::Tensor PatchEmbeddingImpl::forward(const torch::Tensor& images) { return proj(patchesOf(images, m_patchSize)); }

AttentionImpl::AttentionImpl(const ModelConfig& config)
    : m_heads(config.heads), m_keyDim(config.keyDim), m_dropout(config.attentionDropout) {
    qkv = register_module("qkv", nn::Linear(config.projectionDim, 3 * m_heads * m_keyDim));
    proj = register_module("proj", nn::Linear(m_heads * m_keyDim, config.projectionDim));
}

std::array<torch::Tensor, 3> AttentionImpl::split(const torch::Tensor& tokens) {
    const torch::Tensor all = qkv(tokens)
                                  .view({tokens.size(0), tokens.size(1), 3, m_heads, m_keyDim})
                                  .permute({2, 0, 3, 1, 4});  // [3, B, H, N, K]
    return {all[0], all[1], all[2]};
}

torch::Tensor AttentionImpl::weights(const torch::Tensor& tokens) {
    const auto [q, k, v] = split(tokens);
    return torch::softmax(torch::matmul(q * (1 / std::sqrt(static_cast<double>(m_keyDim))), k.transpose(-2, -1)), -1);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& tokens, const ForwardMode& mode, std::uint32_t site) {
    const auto [q, k, v] = split(tokens);
    const bool drops = mode.training && m_dropout > 0;
    torch::Tensor mixed;  // [B, H, N, K]
    if (drops && tokens.is_cpu()) {
        // No fused CPU kernel of libtorch drops attention weights: they are made in full, [B, H, N, N].
        const double scale = 1 / std::sqrt(static_cast<double>(m_keyDim));
        const torch::Tensor shares = torch::softmax(torch::matmul(q * scale, k.transpose(-2, -1)), -1);
        mixed = torch::matmul(dropout(shares, m_dropout, mode, site), v);
    } else {
        mixed = at::scaled_dot_product_attention(q, k, v, {}, drops ? m_dropout : 0);
    }
    return proj(mixed.transpose(1, 2).reshape({tokens.size(0), tokens.size(1), m_heads * m_keyDim}));
}

MlpImpl::MlpImpl(const ModelConfig& config) : m_dropout(config.mlpDropout) {
    std::int64_t inputs = config.projectionDim;
    for (std::size_t i = 0; i < config.mlpUnits.size(); ++i) {
        layers.push_back(register_module("fc" + std::to_string(i + 1), nn::Linear(inputs, config.mlpUnits[i])));
        inputs = config.mlpUnits[i];
    }
}

torch::Tensor MlpImpl::forward(torch::Tensor tokens, const ForwardMode& mode, std::int64_t part) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto layer = static_cast<std::int64_t>(i) + 1;  // layer 0 of a block is its attention
        tokens = dropout(torch::gelu(layers[i](tokens)), m_dropout, mode, dropoutSite(part, layer));
    }
    return tokens;
}

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

HeadImpl::HeadImpl(const HeadConfig& config, std::int64_t inputs, std::int64_t classes, std::int64_t part)
    : m_dropout(config.dropout), m_part(part) {
    std::vector<std::int64_t> widths = config.units;
    widths.push_back(classes);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        layers.push_back(register_module(std::to_string(i), nn::Linear(inputs, widths[i])));
        inputs = widths[i];
    }
}

torch::Tensor HeadImpl::forward(torch::Tensor features, const ForwardMode& mode, const FusedKernels* fused) {
    features = dropout(features, m_dropout, mode, dropoutSite(m_part, 0));
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        const std::uint32_t site = dropoutSite(m_part, static_cast<std::int64_t>(i) + 1);
        const torch::Tensor sums = layers[i](features);
        const bool fits =
            sums.is_cpu() && (sums.scalar_type() == torch::kFloat32 || sums.scalar_type() == torch::kBFloat16);
        features = fused != nullptr && fits ? fused->geluDropout(sums, m_dropout, mode, site)
                                            : dropout(torch::gelu(sums), m_dropout, mode, site);
    }
    return layers.back()(features);
}

}  // namespace vit
