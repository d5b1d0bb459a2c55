// SPDX-License-Identifier: GPL-3.0-or-later
// The centre is a pixel of the image, so that an image in the middle loses more than one at the border, as published.
#include "core/input/augmentation/cutout.h"

#include <torch/utils.h>

namespace vit {

namespace {

// Which of `size` places of a side are within the square: bool [B, size].
torch::Tensor within(const torch::Tensor& share, const torch::Tensor& side, std::int64_t size) {
    const torch::Tensor centre = (share * static_cast<double>(size)).floor();
    const torch::Tensor first = (centre - (side / 2).floor()).unsqueeze(1);
    const torch::Tensor places = torch::arange(size, share.options()).unsqueeze(0);
    return (places >= first).logical_and_(places < first + side.unsqueeze(1));
}

}  // namespace

torch::Tensor cutSquares(const torch::Tensor& images, const torch::Tensor& down, const torch::Tensor& right,
                         const torch::Tensor& side) {
    const torch::Tensor rows = within(down, side, images.size(2)).view({images.size(0), 1, -1, 1});
    const torch::Tensor columns = within(right, side, images.size(3)).view({images.size(0), 1, 1, -1});
    return images.masked_fill(rows.logical_and(columns), 0);
}

void drawCutout(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    numbers[0] = random[0];
    numbers[1] = random[1];
    numbers[2] = static_cast<double>(config.cutout);
}

torch::Tensor applyCutout(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return cutSquares(images, numbers[0], numbers[1], numbers[2]);
}

}  // namespace vit
