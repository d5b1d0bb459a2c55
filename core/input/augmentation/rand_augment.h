// SPDX-License-Identifier: GPL-3.0-or-later
// Some operations for each image, one after the other and all of one strength (Cubuk et al., "RandAugment: practical
// automated data augmentation with a reduced search space", 2020).
#pragma once

#include "core/input/augmentation/trivial_augment.h"

namespace vit {

void drawRandAugment(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);

// A row for each operation, as each draws for itself.
template <int kPlace>
constexpr Augmentation randAugment(const char* name) {
    return {
        .name = name,
        .site = augmentationSite(6 + kPlace),
        .numbers = 2,
        .isOn =
            [](const AugmentationConfig& config) {
                return config.policy == AugmentationPolicy::RandAugment && config.randomOperations >= kPlace;
            },
        .draw = drawRandAugment,
        .apply = applyOperation,
        .ofPixels = true,
    };
}
inline constexpr Augmentation kRandAugment1 = randAugment<1>("RandAugment 1");
inline constexpr Augmentation kRandAugment2 = randAugment<2>("RandAugment 2");
inline constexpr Augmentation kRandAugment3 = randAugment<3>("RandAugment 3");
inline constexpr Augmentation kRandAugment4 = randAugment<4>("RandAugment 4");

}  // namespace vit
