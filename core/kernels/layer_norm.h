// SPDX-License-Identifier: GPL-3.0-or-later
// Layer normalisation of rows.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/rows.h"

#include <cstddef>

namespace vit::kernels {

struct NormParameters {
    const float* scale;  // [width]
    const float* shift;  // [width]
    std::size_t width;
    float epsilon;
};

template <typename E>
struct LayerNormKernels {
    // out [rows, width] = (in - mean) / sqrt(variance + epsilon) * scale + shift, each row by itself.
    void (*forward)(const float* in, std::size_t rows, const NormParameters& norm, E* out);
    // The same of operands that are columns of a larger matrix; `out` lies as `in` does.
    void (*forwardApart)(const E* in, const Extent& extent, const NormParameters& norm, E* out);
    // `gradient` is that of the output before and that of the input afterwards; adds to those of scale and shift.
    void (*backwardApart)(const E* in, const Extent& extent, const NormParameters& norm, E* gradient, float* dScale,
                          float* dShift);
};
template <typename E>
LayerNormKernels<E> layerNormKernels();

// Adds the gradients of `in`, scale and shift, given that of the output, to dIn, dScale and dShift.
void layerNormBackward(const float* in, const float* dOut, std::size_t rows, const NormParameters& norm, float* dIn,
                       float* dScale, float* dShift);

}  // namespace vit::kernels
