// SPDX-License-Identifier: GPL-3.0-or-later
// For tests of the fused kernels, which ctest runs once for each instruction set.
#pragma once

#include "core/base/error.h"
#include "core/kernels/support.h"

#include <string>

namespace vit::test {

// Why the instruction set that VIT_INSTRUCTION_SET asks for cannot be tested here; empty if it can.
inline std::string whyNoKernels() {
    try {
        const kernels::Support& support = kernels::support();
        return support.set == kernels::InstructionSet::None ? support.text : std::string();
    } catch (const InvalidInput& absent) {
        return absent.what();
    }
}

}  // namespace vit::test

#define VIT_SKIP_WITHOUT_KERNELS()                                     \
    if (const std::string why = vit::test::whyNoKernels(); !why.empty()) QSKIP(why.c_str())
