// SPDX-License-Identifier: GPL-3.0-or-later
// Zooms by a matrix for each image.
#include "core/input/augmentation/zoom.h"

#include "core/input/augmentation/linear_sampling.h"

namespace vit {

torch::Tensor zoomImages(const torch::Tensor& images, const torch::Tensor& zoomHeight, const torch::Tensor& zoomWidth) {
    const torch::Tensor zero = torch::zeros_like(zoomWidth);
    return sampleLinear(images, torch::stack({zoomWidth, zero, zero, zoomHeight}, 1).view({-1, 2, 2}));
}

void drawZoom(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    numbers[0] = 1 + (2 * random[2] - 1) * config.zoomHeight;
    numbers[1] = 1 + (2 * random[3] - 1) * config.zoomWidth;
}

torch::Tensor applyZoom(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return zoomImages(images, numbers[0], numbers[1]);
}

}  // namespace vit
