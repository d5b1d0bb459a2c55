// SPDX-License-Identifier: GPL-3.0-or-later
// How bf16 products want their operands. Two neighbours along the depth are multiplied and added at once, so they must
// lie side by side: in A they do, in B they are the elements of two rows.
#pragma once

#include "core/kernels/bfloat16.h"
#include "core/kernels/rows.h"

#include <cstddef>

namespace vit::kernels {

// The depth is filled up with zeros to a multiple of this: as many elements as AMX multiplies and adds at once.
inline constexpr std::size_t kDepthUnit = 32;
inline std::size_t paddedDepth(std::size_t depth) { return (depth + kDepthUnit - 1) / kDepthUnit * kDepthUnit; }

// B is cut into panels of so many columns, one after the other: [padded depth / 2][kPairPanel][2].
inline constexpr std::size_t kPairPanel = 64;
inline std::size_t pairPanels(std::size_t columns) { return (columns + kPairPanel - 1) / kPairPanel; }
inline std::size_t pairElements(std::size_t depth, std::size_t columns) {
    return pairPanels(columns) * kPairPanel * paddedDepth(depth);
}

// B as stored, [depth, columns], into its panels. Columns beyond the last one are left as they are.
void layOutPairs(const Bfloat16* b, const Extent& stored, Bfloat16* panels);
// The same for B stored as its transpose, [columns, depth].
void layOutPairsOfTranspose(const Bfloat16* b, const Extent& stored, Bfloat16* panels);

// A stored as its transpose, [depth, rows], as itself, [rows, padded depth].
void layOutTransposed(const Bfloat16* a, const Extent& stored, Bfloat16* out);
// The first columns of A, filled up with zeros to [rows, outStride].
void layOutPadded(const Bfloat16* a, const Extent& stored, Bfloat16* out, std::size_t outStride);

}  // namespace vit::kernels
