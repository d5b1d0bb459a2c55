// SPDX-License-Identifier: GPL-3.0-or-later
// Head by head, and within a head by blocks of queries whose rows of scores fit the second-level cache.
#include "core/kernels/attention.h"

#include "core/kernels/precision.h"

#include <algorithm>
#include <cmath>

namespace vit::kernels {

namespace {

// Scores of a block: with their gradients and both kinds of weights four times as many floats, 1 MiB.
constexpr std::size_t kBlockScores = 1 << 16;
// Rows of weights begin on cache lines.
constexpr std::size_t kStrideUnit = 16;

std::size_t roundedUp(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

std::size_t rowsOfBlock(std::size_t tokens) {
    const std::size_t rows = kBlockScores / roundedUp(tokens, kStrideUnit);
    return rows >= tokens ? tokens : std::max(rows / kStrideUnit, std::size_t{1}) * kStrideUnit;
}

}  // namespace

template <typename E>
Attention<E>::Attention(const AttentionShape& shape)
    : m_tokens(static_cast<std::size_t>(shape.tokens)),
      m_heads(static_cast<std::size_t>(shape.heads)),
      m_headSize(static_cast<std::size_t>(shape.headSize)),
      m_stride(roundedUp(m_tokens, kStrideUnit)),
      m_softmax(softmaxKernels<E>()) {
    const int n = shape.tokens;
    const int k = shape.headSize;
    const int inner = shape.heads * k;
    const int qkv = 3 * inner;
    const auto stride = static_cast<int>(m_stride);
    const std::size_t step = rowsOfBlock(m_tokens);
    const int sums = step == m_tokens ? qkv : k;  // rows of the gradients of keys and values
    std::size_t buffer = 0;
    for (std::size_t first = 0; first < m_tokens; first += step) {
        const std::size_t count = std::min(step, m_tokens - first);
        const auto rows = static_cast<int>(count);
        m_blocks.push_back({first, count,
                            Gemm<E>({rows, n, k, qkv, qkv, stride, Operand::Plain, Operand::Transposed}),
                            Gemm<E>({rows, k, n, stride, qkv, inner}),
                            Gemm<E>({rows, n, k, inner, qkv, stride, Operand::Plain, Operand::Transposed}),
                            Gemm<E>({rows, k, n, stride, qkv, qkv}),
                            Gemm<E>({n, k, rows, stride, qkv, sums, Operand::Transposed, Operand::Plain}),
                            Gemm<E>({n, k, rows, stride, inner, sums, Operand::Transposed, Operand::Plain})});
        const QueryBlock& made = m_blocks.back();
        for (const Gemm<E>* product :
             {&made.scores, &made.mix, &made.dWeights, &made.dQueries, &made.dKeys, &made.dValues})
            buffer = std::max(buffer, product->bufferElements());
    }
    const std::size_t scores = m_blocks.front().rows * m_stride;
    m_buffers.scores = m_scratch.add<float>(scores);
    m_buffers.weights = m_scratch.add<E>(keepsWeights() ? 0 : scores);
    m_buffers.dropped = m_scratch.add<E>(scores);
    m_buffers.dScores = m_scratch.add<E>(scores);
    m_buffers.dKeys = m_scratch.add<float>(keepsWeights() ? 0 : m_tokens * m_headSize);
    m_buffers.dValues = m_scratch.add<float>(keepsWeights() ? 0 : m_tokens * m_headSize);
    m_buffers.operand = m_scratch.add<E>(buffer);
}

template <typename E>
WeightShape Attention<E>::weightShape(const QueryBlock& block, float factor) const {
    const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(m_headSize)));
    return {block.rows, m_tokens, m_stride, scale, factor};
}

template <typename E>
KeepBits Attention<E>::bitsOf(const KeepBits& bits, std::size_t head, const QueryBlock& block) const {
    return bits.from((head * m_tokens + block.first) * m_tokens);
}

template <typename E>
void Attention<E>::forward(const E* qkv, const KeepBits& bits, float factor, E* weights, E* mixed,
                           std::byte* scratch) const {
    const std::size_t inner = m_heads * m_headSize;
    auto* scores = at<float>(scratch, m_buffers.scores);
    auto* operand = at<E>(scratch, m_buffers.operand);
    for (std::size_t head = 0; head < m_heads; ++head) {
        const E* queries = qkv + head * m_headSize;
        const E* keys = queries + inner;
        const E* values = keys + inner;
        for (const QueryBlock& block : m_blocks) {
            E* own = keepsWeights() ? weights + head * m_tokens * m_stride : at<E>(scratch, m_buffers.weights);
            E* dropped = bits.all() ? own : at<E>(scratch, m_buffers.dropped);
            block.scores(queries + block.first * 3 * inner, keys, scores, operand);
            m_softmax.forward(scores, weightShape(block, factor), bitsOf(bits, head, block), own, dropped);
            block.mix.store(dropped, values, nullptr, mixed + block.first * inner + head * m_headSize, operand);
        }
    }
}

template <typename E>
void Attention<E>::backward(const E* qkv, const E* weights, const KeepBits& bits, float factor, const E* dMixed,
                            E* dQkv, std::byte* scratch) const {
    const std::size_t inner = m_heads * m_headSize;
    auto* scores = at<float>(scratch, m_buffers.scores);
    auto* dScores = at<E>(scratch, m_buffers.dScores);
    auto* operand = at<E>(scratch, m_buffers.operand);
    for (std::size_t head = 0; head < m_heads; ++head) {
        const E* queries = qkv + head * m_headSize;
        const E* keys = queries + inner;
        const E* values = keys + inner;
        E* dQueries = dQkv + head * m_headSize;
        for (const QueryBlock& block : m_blocks) {
            const WeightShape shape = weightShape(block, factor);
            const E* own = weights + head * m_tokens * m_stride;
            auto* dropped = at<E>(scratch, m_buffers.dropped);
            if (!keepsWeights()) {
                auto* again = at<E>(scratch, m_buffers.weights);
                block.scores(queries + block.first * 3 * inner, keys, scores, operand);
                m_softmax.forward(scores, shape, bitsOf(bits, head, block), again, dropped);
                own = again;
            }
            const E* dBlock = dMixed + block.first * inner + head * m_headSize;
            block.dWeights(dBlock, values, scores, operand);
            m_softmax.backward(own, scores, shape, !bits.all(), dScores, dropped);
            block.dQueries.store(dScores, keys, nullptr, dQueries + block.first * 3 * inner, operand);
            backwardKeysAndValues(block, queries + block.first * 3 * inner, bits.all() ? own : dropped, dBlock,
                                  dQueries + inner, scratch);
        }
    }
}

// The values follow the keys.
template <typename E>
void Attention<E>::backwardKeysAndValues(const QueryBlock& block, const E* queries, const E* dropped, const E* dMixed,
                                         E* dKeys, std::byte* scratch) const {
    const std::size_t inner = m_heads * m_headSize;
    E* dValues = dKeys + inner;
    const auto* dScores = at<E>(scratch, m_buffers.dScores);
    auto* operand = at<E>(scratch, m_buffers.operand);
    if (m_blocks.size() == 1) {
        block.dValues.store(dropped, dMixed, nullptr, dValues, operand);
        block.dKeys.store(dScores, queries, nullptr, dKeys, operand);
        return;
    }
    auto* keySums = at<float>(scratch, m_buffers.dKeys);
    auto* valueSums = at<float>(scratch, m_buffers.dValues);
    if (block.first == 0) {
        block.dValues(dropped, dMixed, valueSums, operand);
        block.dKeys(dScores, queries, keySums, operand);
    } else {
        block.dValues.add(dropped, dMixed, valueSums, operand);
        block.dKeys.add(dScores, queries, keySums, operand);
    }
    if (block.first + block.rows == m_tokens) {
        storeRows(valueSums, m_tokens, m_headSize, dValues, 3 * inner);
        storeRows(keySums, m_tokens, m_headSize, dKeys, 3 * inner);
    }
}

template class Attention<float>;
template class Attention<Bfloat16>;

}  // namespace vit::kernels
