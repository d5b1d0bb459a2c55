// SPDX-License-Identifier: GPL-3.0-or-later
// With the ranges that torchvision has made usual.
#include "core/input/augmentation/rand_augment.h"

#include "core/input/augmentation/drawn_operation.h"

namespace vit {

void drawRandAugment(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    constexpr OperationRanges kRanges = {.shear = 0.3, .moveX = DrawnOperation::MoveShareX,
                                         .moveY = DrawnOperation::MoveShareY, .move = 150.0 / 331.0, .degrees = 30,
                                         .factor = 0.9, .bitsTaken = 4};
    const OperationAmount drawn = operationOf(kRanges, static_cast<int>(random[0] * kDrawnOperations),
                                              static_cast<int>(config.randomMagnitude), random[1] < 0.5);
    numbers[0] = static_cast<double>(drawn.operation);
    numbers[1] = drawn.amount;
}

}  // namespace vit
