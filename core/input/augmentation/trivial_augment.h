// SPDX-License-Identifier: GPL-3.0-or-later
// One operation for each image with a strength drawn from a wide range (Müller & Hutter, "TrivialAugment: tuning-free
// yet state-of-the-art data augmentation", 2021).
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

void drawTrivialAugment(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
// numbers: a DrawnOperation and its amount.
torch::Tensor applyOperation(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kTrivialAugment = {
    .name = "TrivialAugment",
    .site = augmentationSite(6),
    .numbers = 2,
    .isOn = [](const AugmentationConfig& config) { return config.policy == AugmentationPolicy::TrivialAugment; },
    .draw = drawTrivialAugment,
    .apply = applyOperation,
    .ofPixels = true,
};

}  // namespace vit
