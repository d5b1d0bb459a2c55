// SPDX-License-Identifier: GPL-3.0-or-later
// Areas of 2 to 33 %, sides of 0.3 to 3.3 to one another, as published.
#include "core/input/augmentation/erasing.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

// Which of `size` places of a side lie between the shares: bool [B, size].
torch::Tensor between(const torch::Tensor& begin, const torch::Tensor& end, std::int64_t size) {
    const torch::Tensor centres = (torch::arange(size, begin.options()) + 0.5) / static_cast<double>(size);
    return (centres >= begin.unsqueeze(1)).logical_and_(centres < end.unsqueeze(1));
}

}  // namespace

torch::Tensor eraseRectangles(const torch::Tensor& images, const torch::Tensor& top, const torch::Tensor& bottom,
                              const torch::Tensor& left, const torch::Tensor& right) {
    const torch::Tensor rows = between(top, bottom, images.size(2)).view({images.size(0), 1, -1, 1});
    const torch::Tensor columns = between(left, right, images.size(3)).view({images.size(0), 1, 1, -1});
    return images.masked_fill(rows.logical_and(columns), 0);
}

void drawErasing(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    constexpr double kLeastArea = 0.02, kMostArea = 0.33, kLeastRatio = 0.3;
    std::fill(numbers.begin(), numbers.end(), 0.0);
    if (random[0] >= config.erasing) return;
    // Given that it is below the chance, its share of the chance is uniform again.
    const double area = kLeastArea + (kMostArea - kLeastArea) * random[0] / config.erasing;
    // Of the share of the height to that of the width, as often above 1 as below.
    const double ratio = std::pow(kLeastRatio, 1 - 2 * random[1]);
    const double height = std::min(std::sqrt(area * ratio), 1.0), width = std::min(std::sqrt(area / ratio), 1.0);
    numbers[0] = random[2] * (1 - height);
    numbers[1] = numbers[0] + height;
    numbers[2] = random[3] * (1 - width);
    numbers[3] = numbers[2] + width;
}

torch::Tensor applyErasing(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return eraseRectangles(images, numbers[0], numbers[1], numbers[2], numbers[3]);
}

}  // namespace vit
