// SPDX-License-Identifier: GPL-3.0-or-later
// Images are stretched or shrunk about their centre, height and width apart.
#pragma once

#include "core/input/augmentation/augmentation.h"

namespace vit {

// images [B, C, H, W], factors float64 [B], above 1 zooms out. Bilinear, the border reflected about the pixels' edges
// (d c b a | a b c d | d c b a).
torch::Tensor zoomImages(const torch::Tensor& images, const torch::Tensor& zoomHeight, const torch::Tensor& zoomWidth);

void drawZoom(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
torch::Tensor applyZoom(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kZoom = {
    .name = "zoom",
    .site = static_cast<std::uint32_t>(RandomSite::Augmentation),  // words 2 and 3; flip and rotation have the others
    .numbers = 2,                                                  // factors of height and of width
    .isOn = [](const AugmentationConfig& config) { return config.zoomHeight != 0 || config.zoomWidth != 0; },
    .draw = drawZoom,
    .apply = applyZoom,
};

}  // namespace vit
