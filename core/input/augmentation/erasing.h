// SPDX-License-Identifier: GPL-3.0-or-later
// A rectangle of some images is painted over (Zhong et al., "Random erasing data augmentation", 2020).
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W], normalised: 0 is the mean colour. Rectangles by the shares 0–1 of height and width at which they
// begin and end, float64 [B]; a pixel belongs to one if its centre does.
torch::Tensor eraseRectangles(const torch::Tensor& images, const torch::Tensor& top, const torch::Tensor& bottom,
                              const torch::Tensor& left, const torch::Tensor& right);

void drawErasing(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyErasing(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kErasing = {
    .name = "erasing",
    .site = augmentationSite(2),
    .numbers = 4,  // top, bottom, left, right; all 0 where nothing is erased
    .isOn = [](const AugmentationConfig& config) { return config.erasing != 0; },
    .draw = drawErasing,
    .apply = applyErasing,
};

}  // namespace vit
