// SPDX-License-Identifier: GPL-3.0-or-later
// Images are moved by whole pixels.
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W]; down and right: int64 [B], pixels, negative up and left, less than the image has. The border is
// reflected about the pixels' edges (d c b a | a b c d | d c b a).
torch::Tensor shiftImages(const torch::Tensor& images, const torch::Tensor& down, const torch::Tensor& right);

void drawShift(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyShift(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kShift = {
    .name = "shift",
    .site = augmentationSite(1),
    .numbers = 2,  // pixels down and to the right
    .isOn = [](const AugmentationConfig& config) { return config.shift != 0; },
    .draw = drawShift,
    .apply = applyShift,
};

}  // namespace vit
