// SPDX-License-Identifier: GPL-3.0-or-later
// Small passes over matrices between the products.
#pragma once

#include "core/kernels/bfloat16.h"

#include <cstddef>

namespace vit::kernels {

// A matrix's extent: rows of `width` elements that lie `stride` elements apart.
struct Extent {
    std::size_t rows;
    std::size_t width;
    std::size_t stride;
};

// Each row of out = row
void fillRows(const float* row, const Extent& out, float* values);
// out [rows, width] = in + row
void addRow(const float* in, const float* row, std::size_t rows, std::size_t width, float* out);
// out = factor * in
void scaleAll(const float* in, std::size_t count, float factor, float* out);
// out = in + factor * (out - in)
void scaleFrom(const float* in, std::size_t count, float factor, float* out);
// Adds the sum of each column to sums [width].
void addColumnSums(const float* in, const Extent& extent, float* sums);
void addColumnSums(const Bfloat16* in, const Extent& extent, float* sums);

// out = in, each to the nearest
void roundAll(const float* in, std::size_t count, Bfloat16* out);
// out, with rows `outStride` apart, = in + row, to the nearest; no row is one of zeros.
void roundRows(const float* in, const float* row, const Extent& extent, Bfloat16* out, std::size_t outStride);

// out [width, rows] with rows `outStride` apart = the transpose of in. Elements are 32 bits, whatever they mean.
void transpose(const void* in, const Extent& extent, void* out, std::size_t outStride);

}  // namespace vit::kernels
