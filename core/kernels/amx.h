// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 products by the tile unit (AMX) of Intel's server CPUs since Sapphire Rapids.
#pragma once

#include "core/kernels/bfloat16.h"

#include <cstddef>
#include <cstdint>

namespace vit::kernels {

// Whether the CPU has it and the system lets this process use it.
bool amxIsUsable();

// A · B, [rows, columns]. A has `depth` columns, a multiple of kDepthUnit, in rows `strideA` apart, and beside them,
// unless `rest` is null, kDepthUnit more, [rows, kDepthUnit]. B is in panels of pairs for all of this depth.
struct AmxProduct {
    std::size_t rows;
    std::size_t columns;
    std::size_t depth;
    std::size_t strideA;
    std::size_t strideC;
    const Bfloat16* a;
    const Bfloat16* rest;
    const Bfloat16* b;
};
void amxMultiply(const AmxProduct& product, float* c);     // C = A · B
void amxMultiplyAdd(const AmxProduct& product, float* c);  // C += A · B
// C = A · B, plus the bias in each row unless it is null, rounded
void amxMultiplyStore(const AmxProduct& product, const float* bias, Bfloat16* c);

// Multiplies and adds for so many rounds without touching memory, with tiles or with vectors of bf16 pairs, and says
// how many operations that were.
double amxOperations(std::int64_t rounds);
double pairOperations(std::int64_t rounds);

}  // namespace vit::kernels
