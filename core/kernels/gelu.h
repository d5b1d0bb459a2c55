// SPDX-License-Identifier: GPL-3.0-or-later
// GELU and the dropout after it in one pass.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/keep_bits.h"

#include <cstddef>

namespace vit::kernels {

// gelu(x) = x Phi(x) with the exact normal distribution, to 5e-7 of its value. Kept elements are multiplied by
// `factor`. E, float or Bfloat16, is what activations are stored as.
template <typename E>
struct GeluKernels {
    // out = dropout(gelu(in))
    void (*forward)(const E* in, std::size_t count, const KeepBits& bits, float factor, E* out);
    // out = residual + dropout(gelu(in))
    void (*addForward)(const E* in, const float* residual, std::size_t count, const KeepBits& bits, float factor,
                       float* out);
    // dIn = the gradient of `in`, given that of the output. Where `out` is not null it gets the output once more, for
    // less than computing it alone would cost.
    void (*backward)(const E* in, const float* dOut, std::size_t count, const KeepBits& bits, float factor, E* dIn,
                     E* out);
};

// Those of the instruction set in use.
template <typename E>
GeluKernels<E> geluKernels();

}  // namespace vit::kernels
