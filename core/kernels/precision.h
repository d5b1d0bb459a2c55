// SPDX-License-Identifier: GPL-3.0-or-later
// From fp32 to what operands are: nothing to do where that is fp32 too.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/rows.h"

#include <algorithm>
#include <cstddef>

namespace vit::kernels {

// The values as operands.
inline const float* rounded(const float* values, std::size_t /*count*/, float* /*buffer*/) { return values; }
inline const Bfloat16* rounded(const float* values, std::size_t count, Bfloat16* buffer) {
    roundAll(values, count, buffer);
    return buffer;
}

// Rows of sums [rows, width] as operands, `stride` apart.
inline void storeRows(const float* sums, std::size_t rows, std::size_t width, float* out, std::size_t stride) {
    for (std::size_t r = 0; r < rows; ++r) std::copy_n(sums + r * width, width, out + r * stride);
}
inline void storeRows(const float* sums, std::size_t rows, std::size_t width, Bfloat16* out, std::size_t stride) {
    roundRows(sums, nullptr, {rows, width, width}, out, stride);
}

}  // namespace vit::kernels
