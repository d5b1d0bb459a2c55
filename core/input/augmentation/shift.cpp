// SPDX-License-Identifier: GPL-3.0-or-later
// Each pixel is fetched from where it was.
#include "core/input/augmentation/shift.h"

#include <torch/utils.h>

#include <cmath>

namespace vit {

namespace {

// Where each of `size` places of a row is fetched from when it moves by `by` [B]: [B, size].
torch::Tensor sources(const torch::Tensor& by, std::int64_t size) {
    const torch::Tensor from = torch::arange(size, by.options()).unsqueeze(0) - by.unsqueeze(1);
    const torch::Tensor above = torch::where(from < 0, -from - 1, from);
    return torch::where(above >= size, 2 * size - 1 - above, above);
}

}  // namespace

torch::Tensor shiftImages(const torch::Tensor& images, const torch::Tensor& down, const torch::Tensor& right) {
    const std::int64_t count = images.size(0), channels = images.size(1);
    const torch::Tensor image = torch::arange(count, down.options()).view({-1, 1, 1, 1});
    const torch::Tensor channel = torch::arange(channels, down.options()).view({1, -1, 1, 1});
    const torch::Tensor row = sources(down, images.size(2)).view({count, 1, -1, 1});
    const torch::Tensor column = sources(right, images.size(3)).view({count, 1, 1, -1});
    return images.index({image, channel, row, column});
}

void drawShift(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    const auto widest = static_cast<double>(config.shift);
    for (std::size_t i = 0; i < 2; ++i) numbers[i] = std::floor(random[i] * (2 * widest + 1)) - widest;
}

torch::Tensor applyShift(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return shiftImages(images, numbers[0].to(torch::kInt64), numbers[1].to(torch::kInt64));
}

}  // namespace vit
