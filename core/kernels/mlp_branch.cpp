// SPDX-License-Identifier: GPL-3.0-or-later
// Norm and activations are made again in the backward pass, which is cheap; products and masks are kept.
#include "core/kernels/mlp_branch.h"

#include <algorithm>
#include <utility>

namespace vit::kernels {

template <typename E>
MlpBranch<E>::MlpBranch(const BlockShape& shape)
    : m_tokens(static_cast<std::size_t>(shape.tokens)),
      m_width(static_cast<std::size_t>(shape.width)),
      m_epsilon(shape.epsilon),
      m_norm(layerNormKernels<E>()),
      m_depthwise(depthwiseKernels<E>()) {
    BranchParameters<E> parameters(m_memory, shape.width);
    Layout saved;
    int inputs = shape.width;
    std::size_t widest = m_width;
    std::size_t operand = 0;
    for (std::size_t i = 0; i < shape.units.size(); ++i) {
        const int unit = shape.units[i];
        const bool last = i + 1 == shape.units.size();
        const Activation activation = last && !shape.lastGelu ? Activation::Identity : Activation::Gelu;
        const auto outputs = static_cast<std::size_t>(unit);
        const std::size_t elements = m_tokens * outputs;
        const std::size_t sums = saved.add<E>(elements);
        const std::size_t bits = saved.add<std::byte>(keepBitsBytes(static_cast<std::int64_t>(elements)));
        m_layers.push_back(
            {parameters.add(shape.tokens, inputs, unit), activationKernels<E>(activation), sums, bits, elements});
        if (i == 0 && shape.depthwiseSide > 0) {
            const auto side = static_cast<std::size_t>(shape.depthwiseSide);
            m_convolution = Convolution{{side, outputs, m_tokens - side * side},
                                        parameters.addPair(9 * outputs, outputs), saved.add<E>(elements)};
        }
        inputs = unit;
        widest = std::max(widest, outputs);
        operand = std::max(operand, m_layers.back().dense.layer.bufferElements());
    }
    m_memory.saved = saved.bytes();

    Layout scratch;
    m_scratch.normed = scratch.add<E>(m_tokens * m_width);
    m_scratch.hidden = scratch.add<E>(m_tokens * widest);
    m_scratch.dHidden = scratch.add<float>(m_tokens * widest);
    for (std::size_t& place : m_scratch.dSums) place = scratch.add<E>(m_tokens * widest);
    m_scratch.operand = scratch.add<E>(operand);
    m_memory.scratch = scratch.bytes();
}

template <typename E>
void MlpBranch<E>::pack(const float* const* parameters, bool backward, std::byte* packed) const {
    for (const Layer& layer : m_layers) layer.dense.pack(parameters, backward, packed);
}

template <typename E>
NormParameters MlpBranch<E>::norm(const BranchCall& call) const {
    return {call.parameters[0], call.parameters[1], m_width, m_epsilon};
}

template <typename E>
void MlpBranch<E>::forward(const BranchCall& call, const float* in, float* out, std::byte* saved,
                           std::byte* scratch) const {
    if (call.path == 0) {
        std::copy_n(in, m_tokens * m_width, out);
        return;
    }
    auto* operand = at<E>(scratch, m_scratch.operand);
    auto* hidden = at<E>(scratch, m_scratch.hidden);
    auto* input = at<E>(scratch, m_scratch.normed);
    m_norm.forward(in, m_tokens, norm(call), input);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_layers[i];
        auto* sums = at<E>(saved, layer.sums);
        auto* products = i == 0 && m_convolution ? at<E>(saved, m_convolution->in) : sums;
        layer.dense.layer.forward(input, layer.dense.weights(call), products, operand);
        if (products != sums)
            m_depthwise.forward(products, m_convolution->shape, m_convolution->parameters.first(call),
                                m_convolution->parameters.second(call), sums);

        const Dropout& dropout = call.dropouts[i];
        const auto elements = static_cast<std::int64_t>(layer.elements);
        const KeepBits bits =
            makeKeepBits(dropout, call.image * elements, elements, at<std::byte>(saved, layer.bits));
        if (i + 1 < m_layers.size()) layer.activation.forward(sums, layer.elements, bits, dropout.factor(), hidden);
        else layer.activation.addForward(sums, in, layer.elements, bits, dropout.factor(), out);
        input = hidden;
    }
    if (call.path != 1) scaleFrom(in, m_tokens * m_width, call.path, out);
}

template <typename E>
void MlpBranch<E>::backwardActivation(const BranchCall& call, std::size_t index, const std::byte* saved,
                                      const float* dOut, E* dIn, E* out) const {
    const Layer& layer = m_layers[index];
    const Dropout& dropout = call.dropouts[index];
    const KeepBits bits = madeKeepBits(dropout, call.image * static_cast<std::int64_t>(layer.elements),
                                       at<std::byte>(saved, layer.bits));
    layer.activation.backward(at<E>(saved, layer.sums), dOut, layer.elements, bits, dropout.factor(), dIn, out);
}

template <typename E>
void MlpBranch<E>::backward(const BranchCall& call, const float* in, const std::byte* saved, float* gradient,
                            float* gradients, std::byte* scratch) const {
    if (call.path == 0) return;
    auto* operand = at<E>(scratch, m_scratch.operand);
    auto* dHidden = at<float>(scratch, m_scratch.dHidden);
    auto* dSums = at<E>(scratch, m_scratch.dSums[0]);
    auto* dEarlier = at<E>(scratch, m_scratch.dSums[1]);
    const float* dOut = gradient;
    if (call.path != 1) {
        scaleAll(gradient, m_tokens * m_width, call.path, dHidden);  // which is not needed before the first product
        dOut = dHidden;
    }
    backwardActivation(call, m_layers.size() - 1, saved, dOut, dSums, nullptr);
    for (std::size_t i = m_layers.size(); i-- > 0;) {
        const PlacedDense<E>& dense = m_layers[i].dense;
        auto* input = at<E>(scratch, i > 0 ? m_scratch.hidden : m_scratch.normed);
        if (i == 0 && m_convolution) {
            float* own = gradients + m_convolution->parameters.gradient;
            const std::size_t width = m_convolution->shape.width;
            m_depthwise.backward(at<E>(saved, m_convolution->in), dSums, m_convolution->shape,
                                 m_convolution->parameters.first(call), dEarlier, own, own + 9 * width);
            std::swap(dSums, dEarlier);
        }
        dense.layer.backwardInput(dSums, dense.weights(call), dHidden, operand);
        if (i > 0) backwardActivation(call, i - 1, saved, dHidden, dEarlier, input);
        else m_norm.forward(in, m_tokens, norm(call), input);
        dense.layer.backwardWeights(input, dSums, dense.gradients(gradients), operand);
        std::swap(dSums, dEarlier);
    }
    layerNormBackward(in, dHidden, m_tokens, norm(call), gradient, gradients, gradients + m_width);
}

template class MlpBranch<float>;
template class MlpBranch<Bfloat16>;

}  // namespace vit::kernels
