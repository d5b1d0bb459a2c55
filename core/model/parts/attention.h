// SPDX-License-Identifier: GPL-3.0-or-later
// Multi-head self-attention.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/dropout.h"
#include "core/model/parts/layer_norm.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace vit {

// Multi-head self-attention; heads * keyDim need not equal D. qkv.weight [3*H*K, D] holds q, then k, then v.
// With qkNorm, queries and keys are normalised over K; with localAttention no token attends to itself, and scores are
// multiplied by numbers that are learned instead of 1 / sqrt(K) (Lee et al. 2021); with rotary positions, those of patches
// are turned by angles; with relative ones, each head's scores have what it prefers added. With attentionNorm, what all heads
// found is normalised over H * K before it is projected.
class AttentionImpl : public torch::nn::Module {
public:
    AttentionImpl(const ModelConfig& config, std::int64_t tokens);
    torch::Tensor forward(const torch::Tensor& tokens, const ForwardMode& mode, std::uint32_t site);  // [B, N, D]
    // As in evaluation mode, with the weights that forward() does not keep.
    struct Open {
        torch::Tensor weights;  // [B, H, N, N], softmax of the scores
        torch::Tensor output;   // [B, N, D]
    };
    // What a pass is made without.
    struct Without {
        torch::Tensor keys;   // [B, N] bool: the tokens that are not attended to; undefined: none
        torch::Tensor heads;  // [B, H] bool: the heads that find zeros; undefined: none
    };
    Open open(const torch::Tensor& tokens, const Without& without = {});

    torch::nn::Linear qkv{nullptr};
    LayerNorm qNorm{nullptr};  // [K] each, empty without qkNorm
    LayerNorm kNorm{nullptr};
    torch::Tensor scale;  // [H], 1 / sqrt(K) at first; undefined without localAttention
    torch::Tensor relative;  // [places, H] (relativePlaces()); undefined unless positions are relative
    LayerNorm norm{nullptr};         // [H * K], empty without attentionNorm
    torch::nn::Linear proj{nullptr};

private:
    std::int64_t m_heads;
    std::int64_t m_keyDim;
    double m_dropout;
    torch::Tensor m_cosine;  // [P, K], of the angles by which queries and keys of patches are turned; undefined: they are not
    torch::Tensor m_sine;

    torch::Tensor m_places;  // [N * N], which row of `relative`; undefined likewise

    torch::Tensor turned(const torch::Tensor& heads) const;  // [B, H, N, K]
    // Added to the scores: [H, N, N], or [N, N] of all heads; none without relative positions and localAttention.
    std::optional<torch::Tensor> preferences(const torch::Tensor& q) const;
    std::array<torch::Tensor, 3> split(const torch::Tensor& tokens);  // q, k, v: [B, H, N, K], as they are compared
    torch::Tensor scores(const torch::Tensor& q, const torch::Tensor& k) const;  // [B, H, N, N], before the softmax
    torch::Tensor shares(const torch::Tensor& q, const torch::Tensor& k) const;  // [B, H, N, N]
    torch::Tensor merge(const torch::Tensor& mixed);                             // [B, H, N, K] -> [B, N, D]
};
TORCH_MODULE(Attention);

}  // namespace vit
