// SPDX-License-Identifier: GPL-3.0-or-later
// Made-up numbers for kernels, and how far two results are apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

namespace vit::test {

inline std::vector<float> normalNumbers(std::size_t count, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> distribution;
    std::vector<float> numbers(count);
    for (float& number : numbers) number = distribution(generator);
    return numbers;
}

// The largest difference, divided by the largest expected magnitude; infinite when something is no number.
template <typename Expected>
double difference(const std::vector<float>& got, const std::vector<Expected>& expected) {
    double largest = 0;
    double off = got.size() == expected.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
        const double apart = std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i]));
        largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
        off = apart >= 0 ? std::max(off, apart) : std::numeric_limits<double>::infinity();
    }
    return largest > 0 ? off / largest : off;
}

}  // namespace vit::test
