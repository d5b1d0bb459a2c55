// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers and orders that are the same on every computer, as those of the standard library's distributions are
// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vit {

// SplitMix64 (Steele, Lea, Flood 2014).
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        std::uint64_t z = m_state += 0x9E3779B97F4A7C15U;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
        z = (z ^ z >> 27) * 0x94D049BB133111EBU;
        return z ^ z >> 31;
    }

    // 0 … count-1; count is less than 2³².
    std::uint64_t below(std::uint64_t count) { return (next() >> 32) * count >> 32; }

private:
    std::uint64_t m_state;
};

template <class Item>
void seededShuffle(std::vector<Item>& items, std::uint64_t seed) {
    SplitMix random(seed);
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace vit
