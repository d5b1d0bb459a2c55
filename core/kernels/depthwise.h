// SPDX-License-Identifier: GPL-3.0-or-later
// A 3×3 convolution of every channel by itself over the grid of an image's tokens.
#pragma once

#include "core/kernels/bfloat16.h"

#include <cstddef>

namespace vit::kernels {

struct DepthwiseShape {
    std::size_t side;   // of the grid, beyond whose border there are zeros
    std::size_t width;  // U, channels
    std::size_t others; // tokens before the grid's, such as a class token, which pass as they are

    std::size_t tokens() const { return others + side * side; }
};

// Weights are [3, 3, U], the rows above, at and below a token; bias [U].
template <typename E>
struct DepthwiseKernels {
    // [N, U] -> [N, U]
    void (*forward)(const E* in, const DepthwiseShape& shape, const float* weight, const float* bias, E* out);
    // dIn = the gradient of `in`, given that of the output; adds to those of weight and bias.
    void (*backward)(const E* in, const E* dOut, const DepthwiseShape& shape, const float* weight, E* dIn,
                     float* dWeight, float* dBias);
};

// Those of the instruction set in use.
template <typename E>
DepthwiseKernels<E> depthwiseKernels();

}  // namespace vit::kernels
