// SPDX-License-Identifier: GPL-3.0-or-later
// Images are turned about their centre.
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W], angles in radians, float64 [B]: the sampled point turns by +angle. Bilinear, the border
// reflected about the pixels' edges (d c b a | a b c d | d c b a).
torch::Tensor rotateImages(const torch::Tensor& images, const torch::Tensor& angles);

void drawRotation(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyRotation(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kRotation = {
    .name = "rotation",
    .site = static_cast<std::uint32_t>(RandomSite::Augmentation),  // word 1; flip and zoom have the others
    .numbers = 1,                                                  // the angle in radians
    .isOn = [](const AugmentationConfig& config) { return config.rotation != 0; },
    .draw = drawRotation,
    .apply = applyRotation,
};

}  // namespace vit
