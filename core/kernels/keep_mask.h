// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loop of dropout: many random bytes at once.
#pragma once

#include "core/base/philox.h"

#include <cstdint>

namespace vit {

// Elements that one step of the loop makes; calls must begin at a multiple of it.
inline constexpr std::int64_t kMaskBlock = 64;

// The smallest random number that keeps its element.
std::uint32_t keepThreshold(double rate);

// out[i] = 1 if the random number of element first + i is >= threshold, else 0. Element e is word e % 64 / 16 of the
// Philox group e / 64 * 16 + e % 16, so that 16 groups make 64 neighbours side by side in vector registers.
void fillKeepMask(std::uint8_t* out, std::int64_t first, std::int64_t count, std::uint32_t threshold,
                  const RandomKey& key);

}  // namespace vit
