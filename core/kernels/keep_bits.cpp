// SPDX-License-Identifier: GPL-3.0-or-later
// Philox generators side by side, one in each 64-bit lane: a round then needs two products and no masking.
#include "core/kernels/keep_bits.h"

#include "core/kernels/keep_mask.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/keep_bits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The key of each round, in 64 bits because the lanes have as many.
struct RoundKeys {
    std::uint64_t first[kPhiloxRounds];
    std::uint64_t second[kPhiloxRounds];

    explicit RoundKeys(std::uint64_t seed) {
        auto k0 = static_cast<std::uint32_t>(seed);
        auto k1 = static_cast<std::uint32_t>(seed >> 32);
        for (int round = 0; round < kPhiloxRounds; ++round) {
            first[round] = k0;
            second[round] = k1;
            k0 += kPhiloxWeyl[0];
            k1 += kPhiloxWeyl[1];
        }
    }
};

#if HWY_TARGET == HWY_SCALAR

std::uint64_t keepBlock(std::uint32_t group, std::uint32_t threshold, const RandomKey& key, const RoundKeys&) {
    std::uint64_t kept = 0;
    for (std::uint32_t lane = 0; lane < 16; ++lane) {
        const auto words = philox(key, group + lane);
        for (std::uint32_t w = 0; w < 4; ++w)
            if (words[w] >= threshold) kept |= std::uint64_t{1} << (16 * w + lane);
    }
    return kept;
}

#else

using Tag = hn::ScalableTag<std::uint64_t>;
using Vector = hn::Vec<Tag>;

// Exchanges the halves of each lane. A shift would do, but on many CPUs it waits for the unit that multiplies.
HWY_INLINE Vector swapped(Vector a) {
    const hn::Repartition<std::uint32_t, Tag> words;
    return hn::BitCast(Tag(), hn::Shuffle2301(hn::BitCast(words, a)));
}

// Of the lower halves of the lanes.
HWY_INLINE Vector product(Vector a, Vector b) {
    const hn::Repartition<std::uint32_t, Tag> words;
    return hn::MulEven(hn::BitCast(words, a), hn::BitCast(words, b));
}

// Bits of 64 elements: the generators group … group + 15, the first word of each, then the second, …
HWY_INLINE std::uint64_t keepBlock(std::uint32_t group, std::uint32_t threshold, const RandomKey& key,
                                   const RoundKeys& keys) {
    constexpr Tag d;
    constexpr std::size_t kLanes = hn::MaxLanes(d);
    constexpr std::size_t kVectors = 16 / kLanes;
    const Vector m0 = hn::Set(d, kPhiloxMultipliers[0]);
    const Vector m1 = hn::Set(d, kPhiloxMultipliers[1]);
    // Only the lower half of a lane counts; the upper ones fill up with what products leave there.
    Vector c0[kVectors], c1[kVectors], c2[kVectors], c3[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
        c0[v] = hn::Add(hn::Iota(d, 0), hn::Set(d, group + v * kLanes));
        c1[v] = hn::Set(d, key.site);
        c2[v] = hn::Set(d, key.step);
        c3[v] = hn::Set(d, key.step >> 32);
    }
    for (int round = 0; round < kPhiloxRounds; ++round) {
        const Vector k0 = hn::Set(d, keys.first[round]);
        const Vector k1 = hn::Set(d, keys.second[round]);
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Vector p0 = product(c0[v], m0);
            const Vector p1 = product(c2[v], m1);
            c0[v] = hn::Xor3(swapped(p1), c1[v], k0);
            c2[v] = hn::Xor3(swapped(p0), c3[v], k1);
            c1[v] = p1;
            c3[v] = p0;
        }
    }
    // Below a limit in the upper half: whatever the lower one holds.
    const Vector limit = hn::Set(d, std::uint64_t{threshold} << 32);
    std::uint64_t dropped = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
        const Vector words[] = {c0[v], c1[v], c2[v], c3[v]};
        for (std::size_t w = 0; w < 4; ++w) {
            std::uint8_t bits[8] = {};
            hn::StoreMaskBits(d, hn::Lt(swapped(words[w]), limit), bits);
            dropped |= std::uint64_t{bits[0]} << (16 * w + v * kLanes);
        }
    }
    return ~dropped;
}

#endif

void fillKeepBits(std::uint8_t* out, std::int64_t firstBlock, std::int64_t blocks, std::uint32_t threshold,
                  const RandomKey& key) {
    const RoundKeys keys(key.seed);
    for (std::int64_t i = 0; i < blocks; ++i) {
        const auto group = static_cast<std::uint32_t>((firstBlock + i) * (kMaskBlock / 4));
        const std::uint64_t kept = keepBlock(group, threshold, key, keys);
        std::memcpy(out + i * 8, &kept, sizeof kept);
    }
}

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(fillKeepBits);

std::size_t keepBitsBytes(std::int64_t count) {
    // One block more because the first may begin before the elements, and a word to read beyond.
    return static_cast<std::size_t>((count + kMaskBlock - 1) / kMaskBlock + 1) * 8 + 8;
}

KeepBits makeKeepBits(const Dropout& dropout, std::int64_t first, std::int64_t count, std::byte* bytes) {
    if (dropout.drops()) {
        const std::int64_t firstBlock = first / kMaskBlock;
        const std::int64_t blocks = (first + count + kMaskBlock - 1) / kMaskBlock - firstBlock;
        HWY_DYNAMIC_DISPATCH(fillKeepBits)
        (reinterpret_cast<std::uint8_t*>(bytes), firstBlock, blocks, keepThreshold(dropout.rate), dropout.key);
    }
    return madeKeepBits(dropout, first, bytes);
}

KeepBits madeKeepBits(const Dropout& dropout, std::int64_t first, const std::byte* bytes) {
    if (!dropout.drops()) return {};
    return {reinterpret_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(first % kMaskBlock)};
}

}  // namespace vit::kernels
#endif
