// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses between the images and their mirror images.
#include "core/input/augmentation/flip.h"

namespace vit {

torch::Tensor flipImages(const torch::Tensor& images, const torch::Tensor& which) {
    return torch::where(which.to(images.device()).view({-1, 1, 1, 1}), images.flip(3), images);
}

void drawFlip(const AugmentationConfig&, const RandomUnits& random, std::span<double> numbers) {
    numbers[0] = random[0] < 0.5 ? 1 : 0;
}

torch::Tensor applyFlip(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return flipImages(images, numbers[0] != 0);
}

}  // namespace vit
