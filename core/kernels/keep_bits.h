// SPDX-License-Identifier: GPL-3.0-or-later
// Dropout's masks as bits: the same elements as model/keep_mask.h keeps, at an eighth of the memory.
#pragma once

#include "core/base/philox.h"

#include <cstddef>
#include <cstdint>

namespace vit::kernels {

// Bits of neighbouring elements: bit `first` of `bytes` is that of element 0; 1 keeps. No bytes: everything is kept.
struct KeepBits {
    const std::uint8_t* bytes = nullptr;
    std::size_t first = 0;

    bool all() const { return bytes == nullptr; }
    KeepBits from(std::size_t element) const { return {bytes, first + element}; }
};

// A dropout: rate 0 keeps everything.
struct Dropout {
    double rate = 0;
    RandomKey key;

    bool drops() const { return rate > 0; }
    float factor() const { return drops() ? static_cast<float>(1 / (1 - rate)) : 1.0F; }  // of what is kept
};

// Bytes that the bits of `count` elements take, wherever they begin, with room to read beyond the last one.
std::size_t keepBitsBytes(std::int64_t count);

// Makes the bits of elements first … first + count - 1 of a dropout's tensor into `bytes`; nothing without dropout.
KeepBits makeKeepBits(const Dropout& dropout, std::int64_t first, std::int64_t count, std::byte* bytes);

// Those that it has made there.
KeepBits madeKeepBits(const Dropout& dropout, std::int64_t first, const std::byte* bytes);

}  // namespace vit::kernels
