// SPDX-License-Identifier: GPL-3.0-or-later
// Sixteen Philox generators side by side, compiled for several instruction sets and chosen at run time.
#include "core/kernels/keep_mask.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vit {

namespace {

constexpr int kLanes = 16;

[[gnu::always_inline]] inline void fillBody(std::uint8_t* out, std::int64_t first, std::int64_t count,
                                            std::uint32_t threshold, const RandomKey& key) {
    for (std::int64_t begin = 0; begin < count; begin += kMaskBlock) {
        std::uint32_t c0[kLanes], c1[kLanes], c2[kLanes], c3[kLanes];
        const auto group = static_cast<std::uint32_t>((first + begin) / kMaskBlock * kLanes);
        for (int l = 0; l < kLanes; ++l) {
            c0[l] = group + static_cast<std::uint32_t>(l);
            c1[l] = key.site;
            c2[l] = static_cast<std::uint32_t>(key.step);
            c3[l] = static_cast<std::uint32_t>(key.step >> 32);
        }
        auto k0 = static_cast<std::uint32_t>(key.seed);
        auto k1 = static_cast<std::uint32_t>(key.seed >> 32);
        for (int round = 0; round < kPhiloxRounds; ++round) {
            for (int l = 0; l < kLanes; ++l) {
                const std::uint64_t p0 = std::uint64_t{kPhiloxMultipliers[0]} * c0[l];
                const std::uint64_t p1 = std::uint64_t{kPhiloxMultipliers[1]} * c2[l];
                const std::uint32_t n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1[l] ^ k0;
                const std::uint32_t n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3[l] ^ k1;
                c1[l] = static_cast<std::uint32_t>(p1);
                c3[l] = static_cast<std::uint32_t>(p0);
                c0[l] = n0;
                c2[l] = n2;
            }
            k0 += kPhiloxWeyl[0];
            k1 += kPhiloxWeyl[1];
        }
        std::uint8_t block[kMaskBlock];
        for (int l = 0; l < kLanes; ++l) {
            block[l] = c0[l] >= threshold;
            block[kLanes + l] = c1[l] >= threshold;
            block[2 * kLanes + l] = c2[l] >= threshold;
            block[3 * kLanes + l] = c3[l] >= threshold;
        }
        std::memcpy(out + begin, block, static_cast<std::size_t>(std::min(kMaskBlock, count - begin)));
    }
}

using Fill = void (*)(std::uint8_t*, std::int64_t, std::int64_t, std::uint32_t, const RandomKey&);

void fillPortable(std::uint8_t* out, std::int64_t first, std::int64_t count, std::uint32_t threshold,
                  const RandomKey& key) {
    fillBody(out, first, count, threshold, key);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void fillAvx2(std::uint8_t* out, std::int64_t first, std::int64_t count,
                                      std::uint32_t threshold, const RandomKey& key) {
    fillBody(out, first, count, threshold, key);
}

[[gnu::target("avx512f,avx512bw,avx512vl")]] void fillAvx512(std::uint8_t* out, std::int64_t first, std::int64_t count,
                                                             std::uint32_t threshold, const RandomKey& key) {
    fillBody(out, first, count, threshold, key);
}
#endif

Fill chooseFill() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return fillAvx512;
    if (__builtin_cpu_supports("avx2")) return fillAvx2;
#endif
    return fillPortable;
}

}  // namespace

std::uint32_t keepThreshold(double rate) {
    return static_cast<std::uint32_t>(std::lround(std::min(rate * 0x1.0p32, 0x1.0p32 - 1)));
}

void fillKeepMask(std::uint8_t* out, std::int64_t first, std::int64_t count, std::uint32_t threshold,
                  const RandomKey& key) {
    static const Fill fill = chooseFill();
    fill(out, first, count, threshold, key);
}

}  // namespace vit
