// SPDX-License-Identifier: GPL-3.0-or-later
// Multi-head attention over the tokens of one image, between its two dense layers.
#pragma once

#include "core/kernels/gemm.h"
#include "core/kernels/keep_bits.h"
#include "core/kernels/layout.h"
#include "core/kernels/softmax.h"

#include <cstddef>
#include <vector>

namespace vit::kernels {

struct AttentionShape {
    int tokens;    // N
    int heads;     // H
    int headSize;  // K
};

// Queries, keys and values are the columns of one matrix [N, 3HK]: q of each head, then k, then v.
template <typename E>
class Attention {
public:
    explicit Attention(const AttentionShape& shape);

    // The softmax weights of few tokens are kept for the backward pass, dropped ones by their sign; those of many would
    // take more memory than all else, and are made again from the queries, the keys and the mask.
    bool keepsWeights() const { return m_blocks.size() == 1; }
    std::size_t weightElements() const { return keepsWeights() ? m_heads * m_tokens * m_stride : 0; }

    std::size_t scratchBytes() const { return m_scratch.bytes(); }

    // mixed [N, HK] = what each head has gathered, and the weights if they are kept. The bits are those of [H, N, N].
    void forward(const E* qkv, const KeepBits& bits, float factor, E* weights, E* mixed, std::byte* scratch) const;

    // dQkv [N, 3HK] = the gradient of queries, keys and values, given that of `mixed`.
    void backward(const E* qkv, const E* weights, const KeepBits& bits, float factor, const E* dMixed, E* dQkv,
                  std::byte* scratch) const;

private:
    // The products of some neighbouring queries with all tokens.
    struct QueryBlock {
        std::size_t first;
        std::size_t rows;
        Gemm<E> scores;
        Gemm<E> mix;
        Gemm<E> dWeights;
        Gemm<E> dQueries;
        Gemm<E> dKeys;
        Gemm<E> dValues;
    };
    struct Buffers {
        std::size_t scores;   // float [rows, stride], also the gradient of the weights
        std::size_t weights;  // [rows, stride], where they are not kept
        std::size_t dropped;  // [rows, stride]
        std::size_t dScores;  // [rows, stride]
        std::size_t dKeys;    // float [N, K], the sum over the blocks of queries where there are several
        std::size_t dValues;  // likewise
        std::size_t operand;  // the products' buffer
    };

    std::size_t m_tokens;
    std::size_t m_heads;
    std::size_t m_headSize;
    std::size_t m_stride;  // of rows of weights
    SoftmaxKernels<E> m_softmax;
    std::vector<QueryBlock> m_blocks;
    Layout m_scratch;
    Buffers m_buffers;

    WeightShape weightShape(const QueryBlock& block, float factor) const;
    KeepBits bitsOf(const KeepBits& bits, std::size_t head, const QueryBlock& block) const;
    void backwardKeysAndValues(const QueryBlock& block, const E* queries, const E* dropped, const E* dMixed, E* dKeys,
                               std::byte* scratch) const;
};

}  // namespace vit::kernels
