// SPDX-License-Identifier: GPL-3.0-or-later
// A square of each image is painted over (DeVries & Taylor, "Improved regularization of convolutional neural networks
// with cutout", 2017).
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W], normalised: 0 is the mean colour. A square of side × side pixels (float64 [B]) about the pixel
// that the shares 0–1 of height and width (float64 [B]) point to; what of it is outside is cut off.
torch::Tensor cutSquares(const torch::Tensor& images, const torch::Tensor& down, const torch::Tensor& right,
                         const torch::Tensor& side);

void drawCutout(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyCutout(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kCutout = {
    .name = "cutout",
    .site = augmentationSite(4),
    .numbers = 3,  // shares of height and width, side in pixels
    .isOn = [](const AugmentationConfig& config) { return config.cutout != 0; },
    .draw = drawCutout,
    .apply = applyCutout,
};

}  // namespace vit
