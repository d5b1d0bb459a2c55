// SPDX-License-Identifier: GPL-3.0-or-later
// Picks and sorts.
#include "core/evaluation/notable_images.h"

#include <algorithm>
#include <functional>

namespace vit {

namespace {

template <typename Order>
std::vector<std::int64_t> firstOf(std::span<const ImagePrediction> images, bool right, std::size_t most, Order order) {
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (images[i].right() == right) positions.push_back(static_cast<std::int64_t>(i));
    std::stable_sort(positions.begin(), positions.end(), [&](std::int64_t a, std::int64_t b) {
        return order(images[static_cast<std::size_t>(a)].confidence, images[static_cast<std::size_t>(b)].confidence);
    });
    positions.resize(std::min(positions.size(), most));
    return positions;
}

}  // namespace

std::vector<std::int64_t> mostConfidentErrors(std::span<const ImagePrediction> images, std::size_t most) {
    return firstOf(images, false, most, std::greater<>());
}

std::vector<std::int64_t> leastCertainHits(std::span<const ImagePrediction> images, std::size_t most) {
    return firstOf(images, true, most, std::less<>());
}

}  // namespace vit
