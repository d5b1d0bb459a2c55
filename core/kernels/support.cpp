// SPDX-License-Identifier: GPL-3.0-or-later
// Tells Highway and libxsmm to use the same instruction set.
#include "core/kernels/support.h"

#include "core/base/error.h"
#include "core/kernels/amx.h"

#include <hwy/highway.h>
#include <hwy/targets.h>
#include <libxsmm.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace vit::kernels {

namespace {

struct Level {
    InstructionSet set;
    std::string_view name;  // in the environment variable
    const char* text;
    std::int64_t vectors;  // Highway's target
    int products;          // libxsmm's
};

constexpr std::array kLevels = {
    Level{InstructionSet::None, "plain", "VIT_INSTRUCTION_SET is plain", 0, 0},
#if HWY_ARCH_X86
    Level{InstructionSet::Avx2, "avx2", "AVX2", HWY_AVX2, LIBXSMM_X86_AVX2},
    Level{InstructionSet::Avx512, "avx512", "AVX-512", HWY_AVX3, LIBXSMM_X86_AVX512_CORE},
    Level{InstructionSet::Avx512Bfloat16, "avx512-bf16", "AVX-512 with bf16", HWY_AVX3, LIBXSMM_X86_AVX512_CPX},
    Level{InstructionSet::Amx, "amx", "AVX-512 and AMX", HWY_AVX3, LIBXSMM_X86_AVX512_CPX},
#endif
};

bool isThere(const Level& level) {
    if (level.vectors == 0) return true;
    if ((hwy::SupportedTargets() & level.vectors) == 0) return false;
#if HWY_ARCH_X86
    if (level.set >= InstructionSet::Avx512Bfloat16 && !__builtin_cpu_supports("avx512bf16")) return false;
#endif
    return level.set != InstructionSet::Amx || amxIsUsable();
}

const Level& chosenLevel() {
    const char* wish = std::getenv("VIT_INSTRUCTION_SET");
    if (wish == nullptr) return *std::find_if(kLevels.rbegin(), kLevels.rend(), isThere);
    const auto* found = std::find_if(kLevels.begin(), kLevels.end(), [&](const Level& l) { return l.name == wish; });
    if (found != kLevels.end() && isThere(*found)) return *found;
    std::string known;
    for (const Level& level : kLevels)
        if (isThere(level)) known += (known.empty() ? "" : ", ") + std::string(level.name);
    throw InvalidInput("VIT_INSTRUCTION_SET is \"" + std::string(wish) + "\", but this computer knows only: " + known +
                       ".");
}

Support decide() {
    const Level& level = chosenLevel();
    if (level.set == InstructionSet::None)
        return {level.set, std::getenv("VIT_INSTRUCTION_SET") != nullptr ? level.text : "this CPU has no AVX2"};
    hwy::DisableTargets(level.vectors - 1);  // the better a target, the lower its bit
    libxsmm_set_target_archid(level.products);
    return {level.set, level.text};
}

}  // namespace

const Support& support() {
    static const Support decided = decide();
    return decided;
}

}  // namespace vit::kernels
