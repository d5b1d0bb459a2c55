// SPDX-License-Identifier: GPL-3.0-or-later
// Which instruction set the fused kernels use on this computer.
#pragma once

#include <string>

namespace vit::kernels {

// Each has what those before it have. Amx is AVX-512 with bf16, and tiles for bf16 products.
enum class InstructionSet { None, Avx2, Avx512, Avx512Bfloat16, Amx };

struct Support {
    InstructionSet set = InstructionSet::None;
    std::string text;  // "AVX-512", or why there is none: "this CPU has no AVX2"

    bool bfloat16() const { return set >= InstructionSet::Avx512Bfloat16; }  // for products
};

// Decided once. The environment variable VIT_INSTRUCTION_SET (plain, avx2, avx512, avx512-bf16 or amx) forces a lesser
// one than the best; throws InvalidInput when it asks for one that is not there.
const Support& support();

}  // namespace vit::kernels
