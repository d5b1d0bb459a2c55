// SPDX-License-Identifier: GPL-3.0-or-later
// One of 25 pairs of operations for each image, each of which is done or not by a chance of its own: what a search
// found best for CIFAR-10 (Cubuk et al., "AutoAugment: learning augmentation strategies from data", 2019).
#pragma once

#include "core/input/augmentation/augmentation.h"
#include "core/input/augmentation/drawn_operation.h"

namespace vit {

struct PolicyOperation {
    DrawnOperation operation;
    double chance;
    int magnitude;  // 0–9 of the usual range; 0 where it has no strength
};
using SubPolicy = std::array<PolicyOperation, 2>;

// The policy's, each as often as the others.
std::span<const SubPolicy> subPolicies();

void drawAutoAugment(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
// numbers: a DrawnOperation and its amount, and the same of the second, which is done after it.
torch::Tensor applyPair(const torch::Tensor& images, std::span<const torch::Tensor> numbers);

inline constexpr Augmentation kAutoAugment = {
    .name = "AutoAugment",
    .site = augmentationSite(11),
    .numbers = 4,
    .isOn = [](const AugmentationConfig& config) { return config.policy == AugmentationPolicy::AutoAugment; },
    .draw = drawAutoAugment,
    .apply = applyPair,
    .ofPixels = true,
};

}  // namespace vit
