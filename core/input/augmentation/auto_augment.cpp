// SPDX-License-Identifier: GPL-3.0-or-later
// The paper's table for CIFAR-10, with the ranges of strength that torchvision gives it.
#include "core/input/augmentation/auto_augment.h"

#include <cstddef>
#include <iterator>

namespace vit {

namespace {

using enum DrawnOperation;

constexpr SubPolicy kSubPolicies[] = {
    SubPolicy{{{Invert, 0.1, 0}, {Contrast, 0.2, 6}}},
    SubPolicy{{{Rotate, 0.7, 2}, {MoveShareX, 0.3, 9}}},
    SubPolicy{{{Sharpness, 0.8, 1}, {Sharpness, 0.9, 3}}},
    SubPolicy{{{ShearY, 0.5, 8}, {MoveShareY, 0.7, 9}}},
    SubPolicy{{{Stretch, 0.5, 0}, {Equalize, 0.9, 0}}},
    SubPolicy{{{ShearY, 0.2, 7}, {Posterize, 0.3, 7}}},
    SubPolicy{{{Colour, 0.4, 3}, {Brightness, 0.6, 7}}},
    SubPolicy{{{Sharpness, 0.3, 9}, {Brightness, 0.7, 9}}},
    SubPolicy{{{Equalize, 0.6, 0}, {Equalize, 0.5, 0}}},
    SubPolicy{{{Contrast, 0.6, 7}, {Sharpness, 0.6, 5}}},
    SubPolicy{{{Colour, 0.7, 7}, {MoveShareX, 0.5, 8}}},
    SubPolicy{{{Equalize, 0.3, 0}, {Stretch, 0.4, 0}}},
    SubPolicy{{{MoveShareY, 0.4, 3}, {Sharpness, 0.2, 6}}},
    SubPolicy{{{Brightness, 0.9, 6}, {Colour, 0.2, 8}}},
    SubPolicy{{{Solarize, 0.5, 2}, {Invert, 0, 0}}},
    SubPolicy{{{Equalize, 0.2, 0}, {Stretch, 0.6, 0}}},
    SubPolicy{{{Equalize, 0.2, 0}, {Equalize, 0.6, 0}}},
    SubPolicy{{{Colour, 0.9, 9}, {Equalize, 0.6, 0}}},
    SubPolicy{{{Stretch, 0.8, 0}, {Solarize, 0.2, 8}}},
    SubPolicy{{{Brightness, 0.1, 3}, {Colour, 0.7, 0}}},
    SubPolicy{{{Solarize, 0.4, 5}, {Stretch, 0.9, 0}}},
    SubPolicy{{{MoveShareY, 0.9, 9}, {MoveShareY, 0.7, 9}}},
    SubPolicy{{{Stretch, 0.9, 0}, {Solarize, 0.8, 3}}},
    SubPolicy{{{Equalize, 0.8, 0}, {Invert, 0.1, 0}}},
    SubPolicy{{{MoveShareY, 0.7, 9}, {Stretch, 0.9, 0}}},
};

constexpr int kStrongest = 9;

}  // namespace

std::span<const SubPolicy> subPolicies() { return kSubPolicies; }

void drawAutoAugment(const AugmentationConfig&, const RandomUnits& random, std::span<double> numbers) {
    const auto drawn = static_cast<std::size_t>(random[0] * static_cast<double>(std::size(kSubPolicies)));
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& [operation, chance, magnitude] = kSubPolicies[drawn][i];
        // Of the numbers below the chance, the lower half stands for a negative sign: four are all that an image has.
        const double unit = random[1 + i];
        const bool done = unit < chance;
        const double share = static_cast<double>(magnitude) / kStrongest;
        numbers[2 * i] = static_cast<double>(done ? operation : Nothing);
        numbers[2 * i + 1] = done ? amountOf(kUsualRanges, operation, share, unit < chance / 2) : 0;
    }
}

torch::Tensor applyPair(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return operateOn(operateOn(images, numbers[0], numbers[1]), numbers[2], numbers[3]);
}

}  // namespace vit
