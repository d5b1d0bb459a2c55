// SPDX-License-Identifier: GPL-3.0-or-later
// One vector of all tokens, by attention.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/layer_norm.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// The dense layers after the attention, with an activation between them.
class PoolingMlpImpl : public torch::nn::Module {
public:
    explicit PoolingMlpImpl(const ModelConfig& config);
    torch::Tensor forward(const torch::Tensor& features);  // [B, D]

    torch::nn::Linear fc1{nullptr};
    torch::nn::Linear fc2{nullptr};

private:
    Activation m_activation;
};
TORCH_MODULE(PoolingMlp);

// A learned query attends to the tokens, D shared evenly between the heads; then x + mlp(norm(x)) (Lee et al., "Set
// Transformer", 2019; Zhai et al., "Scaling Vision Transformers", 2022).
class AttentionPoolingImpl : public torch::nn::Module {
public:
    explicit AttentionPoolingImpl(const ModelConfig& config);
    // [B, N, D] -> [B, D], without the tokens `hidden` [B, N]; undefined: with all.
    torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& hidden = {});

    torch::Tensor latent;  // [1, D]
    torch::nn::Linear q{nullptr};
    torch::nn::Linear kv{nullptr};  // [2*D, D]: keys, then values
    torch::nn::Linear proj{nullptr};
    LayerNorm norm{nullptr};
    PoolingMlp mlp{nullptr};

private:
    std::int64_t m_heads;
};
TORCH_MODULE(AttentionPooling);

}  // namespace vit
