// SPDX-License-Identifier: GPL-3.0-or-later
// Turns by a matrix for each image.
#include "core/input/augmentation/rotation.h"

#include "core/input/augmentation/linear_sampling.h"

#include <numbers>

namespace vit {

torch::Tensor rotateImages(const torch::Tensor& images, const torch::Tensor& angles) {
    const torch::Tensor c = angles.cos();
    const torch::Tensor s = angles.sin();
    return sampleLinear(images, torch::stack({c, -s, s, c}, 1).view({-1, 2, 2}));
}

void drawRotation(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    numbers[0] = (2 * random[1] - 1) * config.rotation * 2 * std::numbers::pi;
}

torch::Tensor applyRotation(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return rotateImages(images, numbers[0]);
}

}  // namespace vit
