// SPDX-License-Identifier: GPL-3.0-or-later
// x + mlp(norm(x)): dense, activation and dropout for each of the units.
#pragma once

#include "core/kernels/activation.h"
#include "core/kernels/branch.h"
#include "core/kernels/depthwise.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace vit::kernels {

template <typename E>
class MlpBranch {
public:
    explicit MlpBranch(const BlockShape& shape);

    const ImageMemory& memory() const { return m_memory; }
    void pack(const float* const* parameters, bool backward, std::byte* packed) const;

    // [N, D] -> [N, D]
    void forward(const BranchCall& call, const float* in, float* out, std::byte* saved, std::byte* scratch) const;
    // `gradient` is that of the output before and that of the input afterwards.
    void backward(const BranchCall& call, const float* in, const std::byte* saved, float* gradient, float* gradients,
                  std::byte* scratch) const;

private:
    // A dense layer [N, inputs] -> [N, U] and what is saved of it.
    struct Layer {
        PlacedDense<E> dense;
        ActivationKernels<E> activation;
        std::size_t sums;      // [N, U], before the activation
        std::size_t bits;      // of the dropout after it, of [N, U]
        std::size_t elements;  // N * U
    };
    // The convolution between the first layer's sums and its activation.
    struct Convolution {
        DepthwiseShape shape;
        PlacedPair parameters;
        std::size_t in;  // [N, U], what the first layer gives; its sums are what comes out
    };
    struct Scratch {
        std::size_t normed;         // [N, D]
        std::size_t hidden;         // [N, widest unit]
        std::size_t dHidden;        // float [N, widest unit or D]
        std::size_t dSums[2];       // [N, widest unit]: of a layer, and of the one before it
        std::size_t operand;        // the products' buffer
    };

    std::size_t m_tokens;
    std::size_t m_width;
    float m_epsilon;
    LayerNormKernels<E> m_norm;
    ImageMemory m_memory;
    std::vector<Layer> m_layers;
    std::optional<Convolution> m_convolution;
    DepthwiseKernels<E> m_depthwise;
    Scratch m_scratch;

    NormParameters norm(const BranchCall& call) const;
    void backwardActivation(const BranchCall& call, std::size_t index, const std::byte* saved, const float* dOut, E* dIn,
                            E* out) const;
};

}  // namespace vit::kernels
