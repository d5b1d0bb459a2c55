// SPDX-License-Identifier: GPL-3.0-or-later
// The norm is made again in the backward pass, which is cheap; what takes longer to make than to read back is kept.
#include "core/kernels/attention_branch.h"

#include "core/kernels/precision.h"

#include <algorithm>
#include <type_traits>

namespace vit::kernels {

namespace {

// Queries, keys and values are the largest of what could be kept. Of rows this narrow they are made again at no more
// than the price of their way to memory and back.
constexpr int kNarrow = 64;

}  // namespace

template <typename E>
AttentionBranch<E>::AttentionBranch(const BlockShape& shape)
    : m_tokens(static_cast<std::size_t>(shape.tokens)),
      m_width(static_cast<std::size_t>(shape.width)),
      m_inner(static_cast<std::size_t>(shape.heads * shape.headSize)),
      m_weights(static_cast<std::size_t>(shape.heads) * m_tokens * m_tokens),
      m_headSize(static_cast<std::size_t>(shape.headSize)),
      m_keepsQkv(shape.width > kNarrow),
      m_headNorm(shape.headNorm),
      m_epsilon(shape.epsilon),
      m_norm(layerNormKernels<E>()),
      m_attention({shape.tokens, shape.heads, shape.headSize}),
      m_parameters(m_memory, shape.width),
      m_qkv(m_parameters.add(shape.tokens, shape.width, 3 * shape.heads * shape.headSize)),
      m_queryNorm(shape.headNorm ? m_parameters.addPair(m_headSize, m_headSize) : PlacedPair{}),
      m_keyNorm(shape.headNorm ? m_parameters.addPair(m_headSize, m_headSize) : PlacedPair{}),
      m_projection(m_parameters.add(shape.tokens, shape.heads * shape.headSize, shape.width)) {
    Layout saved;
    m_saved.qkv = saved.add<E>(m_keepsQkv ? m_tokens * 3 * m_inner : 0);
    m_saved.weights = saved.add<E>(m_attention.weightElements());
    m_saved.mixed = saved.add<E>(m_tokens * m_inner);
    m_saved.bits = saved.add<std::byte>(keepBitsBytes(static_cast<std::int64_t>(m_weights)));
    m_memory.saved = saved.bytes();

    Layout scratch;
    m_scratch.normed = scratch.add<E>(m_tokens * m_width);
    m_scratch.qkv = scratch.add<E>(m_keepsQkv ? 0 : m_tokens * 3 * m_inner);
    m_scratch.heads = scratch.add<E>(m_headNorm ? m_tokens * 3 * m_inner : 0);
    m_scratch.dOut = scratch.add<E>(std::is_same_v<E, float> ? 0 : m_tokens * m_width);
    m_scratch.dMixed = scratch.add<E>(m_tokens * m_inner);
    m_scratch.dQkv = scratch.add<E>(m_tokens * 3 * m_inner);
    m_scratch.dNormed = scratch.add<float>(m_tokens * m_width);
    m_scratch.operand =
        scratch.add<E>(std::max(m_qkv.layer.bufferElements(), m_projection.layer.bufferElements()));
    m_scratch.attention = scratch.add<std::byte>(m_attention.scratchBytes());
    m_memory.scratch = scratch.bytes();
}

template <typename E>
void AttentionBranch<E>::pack(const float* const* parameters, bool backward, std::byte* packed) const {
    m_qkv.pack(parameters, backward, packed);
    m_projection.pack(parameters, backward, packed);
}

template <typename E>
NormParameters AttentionBranch<E>::norm(const BranchCall& call) const {
    return {call.parameters[0], call.parameters[1], m_width, m_epsilon};
}

// Calls body(first column in qkv, norm, its place among parameters and gradients) for the queries and the keys of each
// head.
template <typename E>
template <typename Body>
void AttentionBranch<E>::forEachHeadNorm(const BranchCall& call, const Body& body) const {
    std::size_t column = 0;
    for (const PlacedPair& pair : {m_queryNorm, m_keyNorm}) {
        const NormParameters norm{pair.first(call), pair.second(call), m_headSize, m_epsilon};
        for (std::size_t end = column + m_inner; column < end; column += m_headSize) body(column, norm, pair);
    }
}

template <typename E>
const E* AttentionBranch<E>::withNormedHeads(const BranchCall& call, const E* qkv, std::byte* scratch) const {
    if (!m_headNorm) return qkv;
    auto* heads = at<E>(scratch, m_scratch.heads);
    std::copy_n(qkv, m_tokens * 3 * m_inner, heads);
    forEachHeadNorm(call, [&](std::size_t column, const NormParameters& norm, const PlacedPair&) {
        m_norm.forwardApart(qkv + column, {m_tokens, m_headSize, 3 * m_inner}, norm, heads + column);
    });
    return heads;
}

template <typename E>
std::int64_t AttentionBranch<E>::firstWeight(const BranchCall& call) const {
    return call.image * static_cast<std::int64_t>(m_weights);
}

template <typename E>
void AttentionBranch<E>::forward(const BranchCall& call, const float* in, float* out, std::byte* saved,
                                 std::byte* scratch) const {
    if (call.path == 0) {
        std::copy_n(in, m_tokens * m_width, out);
        return;
    }
    auto* operand = at<E>(scratch, m_scratch.operand);
    auto* normed = at<E>(scratch, m_scratch.normed);
    m_norm.forward(in, m_tokens, norm(call), normed);

    auto* qkv = m_keepsQkv ? at<E>(saved, m_saved.qkv) : at<E>(scratch, m_scratch.qkv);
    m_qkv.layer.forward(normed, m_qkv.weights(call), qkv, operand);

    const Dropout& dropout = *call.dropouts;
    const KeepBits bits = makeKeepBits(dropout, firstWeight(call), static_cast<std::int64_t>(m_weights),
                                       at<std::byte>(saved, m_saved.bits));
    auto* mixed = at<E>(saved, m_saved.mixed);
    m_attention.forward(withNormedHeads(call, qkv, scratch), bits, dropout.factor(), at<E>(saved, m_saved.weights), mixed,
                        at<std::byte>(scratch, m_scratch.attention));

    const DenseWeights<E> projection = m_projection.weights(call);
    addRow(in, projection.bias, m_tokens, m_width, out);
    m_projection.layer.addForward(mixed, projection, out, operand);
    if (call.path != 1) scaleFrom(in, m_tokens * m_width, call.path, out);
}

template <typename E>
void AttentionBranch<E>::backward(const BranchCall& call, const float* in, const std::byte* saved, float* gradient,
                                  float* gradients, std::byte* scratch) const {
    if (call.path == 0) return;
    auto* operand = at<E>(scratch, m_scratch.operand);
    const float* dBranch = gradient;
    if (call.path != 1) {
        auto* scaled = at<float>(scratch, m_scratch.dNormed);  // which is not needed before the last product
        scaleAll(gradient, m_tokens * m_width, call.path, scaled);
        dBranch = scaled;
    }
    const E* dOut = rounded(dBranch, m_tokens * m_width, at<E>(scratch, m_scratch.dOut));
    m_projection.layer.backwardWeights(at<E>(saved, m_saved.mixed), dOut, m_projection.gradients(gradients), operand);

    auto* dMixed = at<E>(scratch, m_scratch.dMixed);
    m_projection.layer.storeBackwardInput(dOut, m_projection.weights(call), dMixed, operand);

    auto* normed = at<E>(scratch, m_scratch.normed);
    m_norm.forward(in, m_tokens, norm(call), normed);
    const E* qkv = at<E>(saved, m_saved.qkv);
    if (!m_keepsQkv) {
        auto* again = at<E>(scratch, m_scratch.qkv);
        m_qkv.layer.forward(normed, m_qkv.weights(call), again, operand);
        qkv = again;
    }

    auto* dQkv = at<E>(scratch, m_scratch.dQkv);
    const Dropout& dropout = *call.dropouts;
    const KeepBits bits = madeKeepBits(dropout, firstWeight(call), at<std::byte>(saved, m_saved.bits));
    m_attention.backward(withNormedHeads(call, qkv, scratch), at<E>(saved, m_saved.weights), bits, dropout.factor(),
                         dMixed, dQkv, at<std::byte>(scratch, m_scratch.attention));
    if (m_headNorm)
        forEachHeadNorm(call, [&](std::size_t column, const NormParameters& norm, const PlacedPair& pair) {
            float* own = gradients + pair.gradient;
            m_norm.backwardApart(qkv + column, {m_tokens, m_headSize, 3 * m_inner}, norm, dQkv + column, own,
                                 own + m_headSize);
        });

    m_qkv.layer.backwardWeights(normed, dQkv, m_qkv.gradients(gradients), operand);
    auto* dNormed = at<float>(scratch, m_scratch.dNormed);
    m_qkv.layer.backwardInput(dQkv, m_qkv.weights(call), dNormed, operand);
    layerNormBackward(in, dNormed, m_tokens, norm(call), gradient, gradients, gradients + m_width);
}

template class AttentionBranch<float>;
template class AttentionBranch<Bfloat16>;

}  // namespace vit::kernels
