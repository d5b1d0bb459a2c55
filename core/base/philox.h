// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers as a function: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace vit {

// Says which random numbers are meant. Two different keys give independent streams; the same key gives the same numbers
// on every machine and with any number of threads.
struct RandomKey {
    std::uint64_t seed = 0;
    std::uint64_t step = 0;  // training step, epoch, or whatever the site counts
    std::uint32_t site = 0;  // who asks; see RandomSite
};

// Sites below 2^24 that are not listed belong to dropout: see dropoutSite(). From there on up to Mix they belong to
// augmentations: see augmentationSite().
enum class RandomSite : std::uint32_t {
    Shuffle = 1,
    Augmentation = 2,
    Initialization = 3,
    Synthetic = 4,
    Mix = std::uint32_t{1} << 25,
    Balance,
    Adapters,
};

inline RandomKey randomKey(std::uint64_t seed, std::uint64_t step, RandomSite site) {
    return {seed, step, static_cast<std::uint32_t>(site)};
}

inline constexpr std::array<std::uint32_t, 2> kPhiloxMultipliers = {0xD2511F53u, 0xCD9E8D57u};
inline constexpr std::array<std::uint32_t, 2> kPhiloxWeyl = {0x9E3779B9u, 0xBB67AE85u};
inline constexpr int kPhiloxRounds = 10;

// The `index`-th group of four 32-bit numbers of a stream.
inline std::array<std::uint32_t, 4> philox(const RandomKey& key, std::uint32_t index) {
    std::array<std::uint32_t, 4> c = {index, key.site, static_cast<std::uint32_t>(key.step),
                                      static_cast<std::uint32_t>(key.step >> 32)};
    std::uint32_t k0 = static_cast<std::uint32_t>(key.seed);
    std::uint32_t k1 = static_cast<std::uint32_t>(key.seed >> 32);
    for (int round = 0; round < kPhiloxRounds; ++round) {
        const std::uint64_t p0 = std::uint64_t{kPhiloxMultipliers[0]} * c[0];
        const std::uint64_t p1 = std::uint64_t{kPhiloxMultipliers[1]} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
        k0 += kPhiloxWeyl[0];
        k1 += kPhiloxWeyl[1];
    }
    return c;
}

// Uniform in [0, 1) with 32 bits.
inline double toUnit(std::uint32_t bits) { return bits * 0x1.0p-32; }

}  // namespace vit
