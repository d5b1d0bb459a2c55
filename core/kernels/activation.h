// SPDX-License-Identifier: GPL-3.0-or-later
// What follows a dense layer, and the dropout after it, in one pass.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/keep_bits.h"

#include <cstddef>

namespace vit::kernels {

// Gelu: x Phi(x) with the exact normal distribution, to 5e-7 of its value. Identity: nothing but the dropout.
enum class Activation { Gelu, Identity };

// Kept elements are multiplied by `factor`. E, float or Bfloat16, is what activations are stored as; act is the
// activation.
template <typename E>
struct ActivationKernels {
    // out = dropout(act(in))
    void (*forward)(const E* in, std::size_t count, const KeepBits& bits, float factor, E* out);
    // out = residual + dropout(act(in))
    void (*addForward)(const E* in, const float* residual, std::size_t count, const KeepBits& bits, float factor,
                       float* out);
    // dIn = the gradient of `in`, given that of the output. Where `out` is not null it gets the output once more, for
    // less than computing it alone would cost.
    void (*backward)(const E* in, const float* dOut, std::size_t count, const KeepBits& bits, float factor, E* dIn,
                     E* out);
};

// Those of the instruction set in use.
template <typename E>
ActivationKernels<E> activationKernels(Activation activation);

}  // namespace vit::kernels
