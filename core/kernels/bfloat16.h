// SPDX-License-Identifier: GPL-3.0-or-later
// The upper half of a float: 8 bits of exponent, 8 of precision.
#pragma once

#include <bit>
#include <cstdint>

namespace vit::kernels {

struct Bfloat16 {
    std::uint16_t bits = 0;
};

inline float toFloat(Bfloat16 value) { return std::bit_cast<float>(std::uint32_t{value.bits} << 16); }

// To the nearest, ties to even.
inline Bfloat16 toBfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return {static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16)};
}

}  // namespace vit::kernels
