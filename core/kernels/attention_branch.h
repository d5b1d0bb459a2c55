// SPDX-License-Identifier: GPL-3.0-or-later
// x + projection(attention(norm(x))).
#pragma once

#include "core/kernels/attention.h"
#include "core/kernels/branch.h"

#include <cstddef>

namespace vit::kernels {

template <typename E>
class AttentionBranch {
public:
    explicit AttentionBranch(const BlockShape& shape);

    const ImageMemory& memory() const { return m_memory; }
    void pack(const float* const* parameters, bool backward, std::byte* packed) const;

    // [N, D] -> [N, D]
    void forward(const BranchCall& call, const float* in, float* out, std::byte* saved, std::byte* scratch) const;
    // `gradient` is that of the output before and that of the input afterwards.
    void backward(const BranchCall& call, const float* in, const std::byte* saved, float* gradient, float* gradients,
                  std::byte* scratch) const;

private:
    struct Saved {
        std::size_t qkv;      // [N, 3HK], if it is kept
        std::size_t weights;  // [H, N, stride], if they are kept
        std::size_t mixed;    // [N, HK]
        std::size_t bits;     // of [H, N, N]
    };
    struct Scratch {
        std::size_t normed;     // [N, D]
        std::size_t qkv;        // [N, 3HK], if it is not kept
        std::size_t heads;      // [N, 3HK], with normalised queries and keys if they are to be
        std::size_t dOut;       // [N, D], where operands are not fp32
        std::size_t dMixed;     // [N, HK]
        std::size_t dQkv;       // [N, 3HK]
        std::size_t dNormed;    // float [N, D]
        std::size_t operand;    // the products' buffer
        std::size_t attention;  // the attention's own
    };

    std::size_t m_tokens;
    std::size_t m_width;
    std::size_t m_inner;    // HK
    std::size_t m_weights;  // H * N * N
    std::size_t m_headSize;
    bool m_keepsQkv;
    bool m_headNorm;
    float m_epsilon;
    LayerNormKernels<E> m_norm;
    Attention<E> m_attention;
    ImageMemory m_memory;
    BranchParameters<E> m_parameters;
    PlacedDense<E> m_qkv;
    PlacedPair m_queryNorm;
    PlacedPair m_keyNorm;
    PlacedDense<E> m_projection;
    Saved m_saved;
    Scratch m_scratch;

    NormParameters norm(const BranchCall& call) const;
    template <typename Body>
    void forEachHeadNorm(const BranchCall& call, const Body& body) const;
    const E* withNormedHeads(const BranchCall& call, const E* qkv, std::byte* scratch) const;
    std::int64_t firstWeight(const BranchCall& call) const;
};

}  // namespace vit::kernels
