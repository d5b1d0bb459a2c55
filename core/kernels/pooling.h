// SPDX-License-Identifier: GPL-3.0-or-later
// Max pooling in squares of 2×2.
#pragma once

#include "core/kernels/bfloat16.h"

#include <cstddef>
#include <cstdint>

namespace vit::kernels {

// out [rows / 2, side / 2, width] = the largest of each square of in [rows, side, width]; `from` says which of its four
// it was, row by row; of equal ones the first.
void maxPool(const float* in, std::size_t rows, std::size_t side, std::size_t width, float* out, std::uint8_t* from);
// dIn [rows, side, width] = the gradient of `in`, given that of the output.
template <typename E>
void maxPoolBackward(const float* dOut, const std::uint8_t* from, std::size_t rows, std::size_t side,
                     std::size_t width, E* dIn);

}  // namespace vit::kernels
