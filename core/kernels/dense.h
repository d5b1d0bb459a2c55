// SPDX-License-Identifier: GPL-3.0-or-later
// A dense layer applied to the tokens of one image: out = in · W^T + bias.
#pragma once

#include "core/kernels/gemm.h"
#include "core/kernels/rows.h"

#include <algorithm>
#include <cstddef>

namespace vit::kernels {

// A layer's weight W [out, in] as the products of both directions want it, and its bias [out].
template <typename E>
struct DenseWeights {
    const E* forward;
    const E* backward;
    const float* bias;
};

struct DenseGradients {
    float* weight;  // [out, in]
    float* bias;    // [out]
};

template <typename E>
class Dense {
public:
    Dense(int rows, int in, int out)
        : m_rows(static_cast<std::size_t>(rows)),
          m_in(static_cast<std::size_t>(in)),
          m_out(static_cast<std::size_t>(out)),
          m_forward({rows, out, in, in, 0, out, Operand::Plain, Operand::Packed}),
          m_backward({rows, in, out, out, 0, in, Operand::Plain, Operand::Packed}),
          m_weight({out, in, rows, out, in, in, Operand::Transposed, Operand::Plain}) {}

    std::size_t in() const { return m_in; }
    std::size_t out() const { return m_out; }
    std::size_t bufferElements() const {
        return std::max({m_forward.bufferElements(), m_backward.bufferElements(), m_weight.bufferElements()});
    }

    std::size_t forwardElements() const { return Gemm<E>::packedElements(m_in, m_out); }
    std::size_t backwardElements() const { return Gemm<E>::packedElements(m_out, m_in); }
    void packForward(const float* weight, E* packed) const {
        Gemm<E>::pack(weight, m_in, m_out, Operand::Transposed, packed);
    }
    void packBackward(const float* weight, E* packed) const {
        Gemm<E>::pack(weight, m_out, m_in, Operand::Plain, packed);
    }

    // [rows, in] -> [rows, out]
    void forward(const E* in, const DenseWeights<E>& weights, E* out, E* buffer) const {
        m_forward.store(in, weights.forward, weights.bias, out, buffer);
    }
    // out += in · W^T: whoever has filled `out` has seen to the bias.
    void addForward(const E* in, const DenseWeights<E>& weights, float* out, E* buffer) const {
        m_forward.add(in, weights.forward, out, buffer);
    }
    // dIn [rows, in] = the gradient of the input, given that of the output [rows, out].
    void backwardInput(const E* dOut, const DenseWeights<E>& weights, float* dIn, E* buffer) const {
        m_backward(dOut, weights.backward, dIn, buffer);
    }
    // The same where the gradient will be an operand.
    void storeBackwardInput(const E* dOut, const DenseWeights<E>& weights, E* dIn, E* buffer) const {
        m_backward.store(dOut, weights.backward, nullptr, dIn, buffer);
    }
    // Adds to the gradients of weight and bias.
    void backwardWeights(const E* in, const E* dOut, const DenseGradients& gradients, E* buffer) const {
        m_weight.add(dOut, in, gradients.weight, buffer);
        addColumnSums(dOut, {m_rows, m_out, m_out}, gradients.bias);
    }

private:
    std::size_t m_rows;
    std::size_t m_in;
    std::size_t m_out;
    Gemm<E> m_forward;
    Gemm<E> m_backward;
    Gemm<E> m_weight;
};

}  // namespace vit::kernels
