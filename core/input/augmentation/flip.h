// SPDX-License-Identifier: GPL-3.0-or-later
// Half of the images are mirrored, left to right.
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W], which: bool [B].
torch::Tensor flipImages(const torch::Tensor& images, const torch::Tensor& which);

void drawFlip(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyFlip(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kFlip = {
    .name = "flip",
    .site = static_cast<std::uint32_t>(RandomSite::Augmentation),  // word 0; rotation and zoom have the others
    .numbers = 1,                                                  // 1: mirrored, 0: not
    .isOn = [](const AugmentationConfig& config) { return config.horizontalFlip && !config.alternatingFlip; },
    .draw = drawFlip,
    .apply = applyFlip,
};

}  // namespace vit
