// SPDX-License-Identifier: GPL-3.0-or-later
// Brightness, contrast and saturation change at random, each about what it is.
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

void drawColourJitter(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyColourJitter(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kColourJitter = {
    .name = "colour jitter",
    .site = augmentationSite(5),
    .numbers = 3,  // factors of brightness, contrast and saturation, one after the other
    .isOn =
        [](const AugmentationConfig& config) {
            return config.brightness != 0 || config.contrast != 0 || config.saturation != 0;
        },
    .draw = drawColourJitter,
    .apply = applyColourJitter,
    .ofPixels = true,
};

}  // namespace vit
