// SPDX-License-Identifier: GPL-3.0-or-later
// What the two branches of a block, attention and MLP, have in common: x + branch(norm(x)).
#pragma once

#include "core/kernels/block.h"
#include "core/kernels/dense.h"
#include "core/kernels/layer_norm.h"
#include "core/kernels/layout.h"

#include <cstddef>
#include <cstdint>

namespace vit::kernels {

// One branch's share of a ImageCall.
struct BranchCall {
    const float* const* parameters;
    const std::byte* packed;
    const Dropout* dropouts;
    std::int64_t image;
    float path = 1;  // what the branch's output is multiplied by; 0: the image goes around it
};

// A dense layer with the places of its packed weights and of its parameters: the weight, then the bias.
template <typename E>
struct PlacedDense {
    Dense<E> layer;
    std::size_t forward;
    std::size_t backward;
    std::size_t parameter;
    std::size_t gradient;

    void pack(const float* const* parameters, bool alsoBackward, std::byte* packed) const {
        layer.packForward(parameters[parameter], at<E>(packed, forward));
        if (alsoBackward) layer.packBackward(parameters[parameter], at<E>(packed, backward));
    }
    DenseWeights<E> weights(const BranchCall& call) const {
        return {at<E>(call.packed, forward), at<E>(call.packed, backward), call.parameters[parameter + 1]};
    }
    DenseGradients gradients(float* branch) const {
        return {branch + gradient, branch + gradient + layer.in() * layer.out()};
    }
};

// The places of two parameters that the products do not take: a scale and a shift, or taps and their bias.
struct PlacedPair {
    std::size_t parameter;
    std::size_t gradient;

    const float* first(const BranchCall& call) const { return call.parameters[parameter]; }
    const float* second(const BranchCall& call) const { return call.parameters[parameter + 1]; }
};

// The parameters of a branch as they are added: first the norm's scale and shift, then dense layers and pairs.
template <typename E>
class BranchParameters {
public:
    BranchParameters(ImageMemory& memory, int width) : m_memory(memory) {
        const auto elements = static_cast<std::size_t>(width);
        memory.parameters = {elements, elements};
    }
    PlacedDense<E> add(int rows, int in, int out) {
        Dense<E> layer(rows, in, out);
        const std::size_t forward = m_packed.add<E>(layer.forwardElements());
        const std::size_t backward = m_packed.add<E>(layer.backwardElements());
        PlacedDense<E> placed{layer, forward, backward, m_memory.parameters.size(), m_memory.gradients()};
        m_memory.parameters.insert(m_memory.parameters.end(), {layer.in() * layer.out(), layer.out()});
        m_memory.packed = m_packed.bytes();
        return placed;
    }

    PlacedPair addPair(std::size_t first, std::size_t second) {
        const PlacedPair placed{m_memory.parameters.size(), m_memory.gradients()};
        m_memory.parameters.insert(m_memory.parameters.end(), {first, second});
        return placed;
    }

private:
    ImageMemory& m_memory;
    Layout m_packed;
};

}  // namespace vit::kernels
