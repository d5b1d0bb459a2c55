// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a Vision Transformer, named as timm names them.
#pragma once

#include "config/config.h"
#include "model/dropout.h"

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace vit {

class FusedKernels;

// Cuts [B, C, S, S] into [B, N, P*P*C]: patches row by row, elements in the order row, column, channel.
torch::Tensor patchesOf(const torch::Tensor& images, std::int64_t patchSize);

// Linear projection of the patches: proj.weight [D, P*P*C].
class PatchEmbeddingImpl : public torch::nn::Module {
public:
    PatchEmbeddingImpl(std::int64_t patchSize, std::int64_t channels, std::int64_t dim);
    torch::Tensor forward(const torch::Tensor& images);  // [B, C, S, S] -> [B, N, D]

    torch::nn::Linear proj{nullptr};

private:
    std::int64_t m_patchSize;
};
TORCH_MODULE(PatchEmbedding);

// Multi-head self-attention; heads * keyDim need not equal D. qkv.weight [3*H*K, D] holds q, then k, then v.
class AttentionImpl : public torch::nn::Module {
public:
    AttentionImpl(const ModelConfig& config);
    torch::Tensor forward(const torch::Tensor& tokens, const ForwardMode& mode, std::uint32_t site);  // [B, N, D]
    torch::Tensor weights(const torch::Tensor& tokens);  // softmax of the scores, evaluation mode: [B, H, N, N]

    torch::nn::Linear qkv{nullptr};
    torch::nn::Linear proj{nullptr};

private:
    std::int64_t m_heads;
    std::int64_t m_keyDim;
    double m_dropout;

    std::array<torch::Tensor, 3> split(const torch::Tensor& tokens);  // q, k, v: [B, H, N, K]
};
TORCH_MODULE(Attention);

// Dense, GELU, dropout for each entry of mlpUnits: GELU follows the last dense layer too.
class MlpImpl : public torch::nn::Module {
public:
    MlpImpl(const ModelConfig& config);
    torch::Tensor forward(torch::Tensor tokens, const ForwardMode& mode, std::int64_t part);

    std::vector<torch::nn::Linear> layers;  // fc1, fc2, …

private:
    double m_dropout;
};
TORCH_MODULE(Mlp);

// x + attention(norm1(x)), then x + mlp(norm2(x)).
class BlockImpl : public torch::nn::Module {
public:
    BlockImpl(const ModelConfig& config, std::int64_t index);
    torch::Tensor attend(const torch::Tensor& tokens, const ForwardMode& mode);
    torch::Tensor transform(const torch::Tensor& tokens, const ForwardMode& mode);

    torch::nn::LayerNorm norm1{nullptr};
    Attention attn{nullptr};
    torch::nn::LayerNorm norm2{nullptr};
    Mlp mlp{nullptr};

private:
    std::int64_t m_index;
};
TORCH_MODULE(Block);

// Dropout, then dense + GELU + dropout for each hidden layer, then the classifier: head.0, head.1, …
class HeadImpl : public torch::nn::Module {
public:
    HeadImpl(const HeadConfig& config, std::int64_t inputs, std::int64_t classes, std::int64_t part);
    // [B, F] -> logits [B, classes]; by fused kernels if there are any and the tensors are for them.
    torch::Tensor forward(torch::Tensor features, const ForwardMode& mode, const FusedKernels* fused = nullptr);

    std::vector<torch::nn::Linear> layers;

private:
    double m_dropout;
    std::int64_t m_part;
};
TORCH_MODULE(Head);

}  // namespace vit
