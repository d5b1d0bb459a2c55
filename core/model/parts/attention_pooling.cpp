// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parts/attention_pooling.h"

#include "core/model/parts/activation.h"

#include <torch/utils.h>

#include <optional>

namespace vit {

namespace nn = torch::nn;

PoolingMlpImpl::PoolingMlpImpl(const ModelConfig& config) : m_activation(config.activation) {
    fc1 = register_module("fc1", nn::Linear(config.projectionDim, config.mlpUnits.front()));
    fc2 = register_module("fc2", nn::Linear(config.mlpUnits.front(), config.projectionDim));
}

torch::Tensor PoolingMlpImpl::forward(const torch::Tensor& features) {
    return fc2(activate(m_activation, fc1(features)));
}

AttentionPoolingImpl::AttentionPoolingImpl(const ModelConfig& config) : m_heads(config.heads) {
    const std::int64_t dim = config.projectionDim;
    latent = register_parameter("latent", torch::zeros({1, dim}));
    q = register_module("q", nn::Linear(dim, dim));
    kv = register_module("kv", nn::Linear(dim, 2 * dim));
    proj = register_module("proj", nn::Linear(dim, dim));
    norm = register_module("norm", LayerNorm(dim, config.normEpsilon, config.norm));
    mlp = register_module("mlp", PoolingMlp(config));
}

torch::Tensor AttentionPoolingImpl::forward(const torch::Tensor& tokens, const torch::Tensor& hidden) {
    const std::int64_t batch = tokens.size(0), count = tokens.size(1), dim = tokens.size(2);
    const torch::Tensor query = q(latent).view({1, 1, m_heads, -1}).transpose(1, 2).expand({batch, -1, -1, -1});
    const std::vector<torch::Tensor> parts =
        kv(tokens).view({batch, count, 2, m_heads, dim / m_heads}).permute({2, 0, 3, 1, 4}).unbind(0);  // [B, H, N, K]
    std::optional<torch::Tensor> mask;
    if (hidden.defined()) {
        // Finite, so that numbers come out even where no token is left; of none, zeros are found.
        mask = torch::zeros({batch, 1, 1, count}, tokens.options())
                   .masked_fill(hidden.view({batch, 1, 1, count}), -1e30);
    }
    torch::Tensor mixed = at::scaled_dot_product_attention(query, parts[0], parts[1], mask);  // [B, H, 1, K]
    if (hidden.defined()) mixed = mixed * hidden.logical_not().any(1).to(mixed.dtype()).view({batch, 1, 1, 1});
    const torch::Tensor found = proj(mixed.transpose(1, 2).reshape({batch, dim}));
    return found + mlp(norm(found));
}

}  // namespace vit
