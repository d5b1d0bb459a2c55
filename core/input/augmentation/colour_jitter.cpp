// SPDX-License-Identifier: GPL-3.0-or-later
// In one order, which is drawn elsewhere: with factors near 1 it hardly matters.
#include "core/input/augmentation/colour_jitter.h"

#include "core/input/augmentation/pixel_operations.h"

namespace vit {

void drawColourJitter(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    const std::array widths = {config.brightness, config.contrast, config.saturation};
    for (std::size_t i = 0; i < widths.size(); ++i) numbers[i] = 1 + (2 * random[i] - 1) * widths[i];
}

torch::Tensor applyColourJitter(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return saturated(contrasted(brightened(images, numbers[0]), numbers[1]), numbers[2]);
}

}  // namespace vit
