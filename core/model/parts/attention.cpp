// SPDX-License-Identifier: GPL-3.0-or-later
// The plain libtorch path, which every faster one is held against.
#include "core/model/parts/attention.h"

#include "core/config/parameter_plan.h"
#include "core/config/wave_positions.h"

#include <torch/utils.h>

#include <cmath>
#include <vector>

namespace vit {

namespace nn = torch::nn;

namespace {

// What a score is where nothing is to be attended to: finite, so that rows remain numbers where no token is left. Where all
// others are hidden, a token that was not to attend to itself does.
constexpr double kNotItself = -1e30;
constexpr double kHidden = 2 * kNotItself;

}  // namespace

AttentionImpl::AttentionImpl(const ModelConfig& config, std::int64_t tokens)
    : m_heads(config.heads), m_keyDim(config.keyDim), m_dropout(config.attentionDropout) {
    qkv = register_module("qkv", nn::Linear(nn::LinearOptions(config.projectionDim, 3 * m_heads * m_keyDim)
                                                .bias(config.qkvBias)));
    if (config.qkNorm) {
        qNorm = register_module("q_norm", LayerNorm(m_keyDim, config.normEpsilon, config.norm));
        kNorm = register_module("k_norm", LayerNorm(m_keyDim, config.normEpsilon, config.norm));
    }
    if (config.localAttention)
        scale = register_parameter("scale", torch::full({m_heads}, 1 / std::sqrt(static_cast<double>(m_keyDim))));
    if (config.positions == PositionType::Relative) {
        const GridSize grid = config.grid();
        relative = register_parameter("relative_position_bias_table", torch::zeros({relativePlaces(grid), m_heads}));
        m_places = register_buffer("places", torch::tensor(relativePlacesOf(grid, tokens - grid.count())));
    }
    if (config.attentionNorm)
        norm = register_module("norm", LayerNorm(m_heads * m_keyDim, config.normEpsilon, config.norm));
    proj = register_module("proj", nn::Linear(m_heads * m_keyDim, config.projectionDim));
    if (const std::vector<float> list = rotaryAngles(config); !list.empty()) {
        const torch::Tensor angles = torch::tensor(list).view({patchCount(config), m_keyDim});
        m_cosine = register_buffer("cosine", angles.cos());
        m_sine = register_buffer("sine", angles.sin());
    }
}

std::array<torch::Tensor, 3> AttentionImpl::split(const torch::Tensor& tokens) {
    const torch::Tensor all = qkv(tokens)
                                  .view({tokens.size(0), tokens.size(1), 3, m_heads, m_keyDim})
                                  .permute({2, 0, 3, 1, 4});  // [3, B, H, N, K]
    // Whose way back lays the three gradients side by side once; that of all[0], all[1] and all[2] makes three tensors
    // of the size of all, mostly zeros, and adds them.
    const std::vector<torch::Tensor> parts = all.unbind(0);
    // Of the values' type, which under autocast is not the norms' nor the angles'.
    const auto compared = [&](const torch::Tensor& heads, LayerNorm& own) {
        const torch::Tensor normed = own.is_empty() ? heads : own(heads);
        return (m_cosine.defined() ? turned(normed) : normed).to(parts[2].dtype());
    };
    torch::Tensor q = compared(parts[0], qNorm);
    // What follows divides by the root of K, where this model has a number of its own.
    if (scale.defined())
        q = q * (scale * std::sqrt(static_cast<double>(m_keyDim))).to(q.dtype()).view({m_heads, 1, 1});
    return {q, compared(parts[1], kNorm), parts[2]};
}

torch::Tensor AttentionImpl::turned(const torch::Tensor& heads) const {
    const std::int64_t others = heads.size(2) - m_cosine.size(0);
    const torch::Tensor patches = heads.slice(2, others);
    const std::vector<torch::Tensor> halves = patches.chunk(2, -1);
    const torch::Tensor across = torch::cat({-halves[1], halves[0]}, -1);
    return torch::cat({heads.slice(2, 0, others), (patches * m_cosine + across * m_sine).to(heads.dtype())}, 2);
}

torch::Tensor AttentionImpl::scores(const torch::Tensor& q, const torch::Tensor& k) const {
    const torch::Tensor products = torch::matmul(q * (1 / std::sqrt(static_cast<double>(m_keyDim))), k.transpose(-2, -1));
    const auto preferred = preferences(q);
    return preferred ? products + *preferred : products;
}

std::optional<torch::Tensor> AttentionImpl::preferences(const torch::Tensor& q) const {
    const std::int64_t tokens = q.size(2);
    // Made when it is wanted: kept in each block it would take as much as the attention of an image.
    std::optional<torch::Tensor> all;
    if (scale.defined()) all = torch::full({tokens}, kNotItself, q.options().requires_grad(false)).diag();
    if (!relative.defined()) return all;
    const torch::Tensor rows = relative.index_select(0, m_places.clamp_min(0)) * m_places.ge(0).unsqueeze(1);  // [N * N, H]
    const torch::Tensor preferred = rows.view({tokens, tokens, m_heads}).permute({2, 0, 1}).to(q.dtype());
    return all ? preferred + *all : preferred;
}

torch::Tensor AttentionImpl::shares(const torch::Tensor& q, const torch::Tensor& k) const {
    return torch::softmax(scores(q, k), -1);
}

torch::Tensor AttentionImpl::merge(const torch::Tensor& mixed) {
    const torch::Tensor found = mixed.transpose(1, 2).reshape({mixed.size(0), mixed.size(2), m_heads * m_keyDim});
    return proj(norm.is_empty() ? found : norm(found));
}

AttentionImpl::Open AttentionImpl::open(const torch::Tensor& tokens, const Without& without) {
    const auto [q, k, v] = split(tokens);
    torch::Tensor sums = scores(q, k);
    if (without.keys.defined()) sums = sums.masked_fill(without.keys.view({-1, 1, 1, tokens.size(1)}), kHidden);
    const torch::Tensor weights = torch::softmax(sums, -1);
    torch::Tensor mixed = torch::matmul(weights, v);
    if (without.heads.defined()) mixed = mixed.masked_fill(without.heads.view({-1, m_heads, 1, 1}), 0);
    return {weights, merge(mixed)};
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& tokens, const ForwardMode& mode, std::uint32_t site) {
    const auto [q, k, v] = split(tokens);
    const bool drops = mode.training && m_dropout > 0;
    // No fused CPU kernel of libtorch drops attention weights: they are made in full, [B, H, N, N].
    if (drops && tokens.is_cpu()) return merge(torch::matmul(dropout(shares(q, k), m_dropout, mode, site), v));
    return merge(at::scaled_dot_product_attention(q, k, v, preferences(q), drops ? m_dropout : 0));
}

}  // namespace vit
