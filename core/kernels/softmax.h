// SPDX-License-Identifier: GPL-3.0-or-later
// The softmax of attention's scores, with the dropout of its weights.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/keep_bits.h"

#include <cstddef>

namespace vit::kernels {

// Weights of `rows` queries for `columns` tokens; every matrix has rows of `stride` elements.
struct WeightShape {
    std::size_t rows;
    std::size_t columns;
    std::size_t stride;
    float scale;   // of the scores
    float factor;  // of the weights that dropout keeps
};

// Dropped weights are told by their sign, so that a weight and what became of it are one number. Without dropout all
// are positive, and `dropped` is not touched: it would be the weights once more.
template <typename E>
struct SoftmaxKernels {
    // weights = softmax(scale * scores), negative where dropped; dropped = what the values are mixed with. The bits are
    // those of rows of `columns` elements. The scores are used up.
    void (*forward)(float* scores, const WeightShape& shape, const KeepBits& bits, E* weights, E* dropped);
    // dScores = the gradient of the scores, given that of the dropped weights; `dropped` is made again.
    void (*backward)(const E* weights, const float* dDropped, const WeightShape& shape, bool drops, E* dScores,
                     E* dropped);
};
template <typename E>
SoftmaxKernels<E> softmaxKernels();

}  // namespace vit::kernels
