// SPDX-License-Identifier: GPL-3.0-or-later
// Which operation, and its sign, by two random numbers.
#include "core/input/augmentation/rand_augment.h"

#include "core/input/augmentation/drawn_operation.h"

namespace vit {

void drawRandAugment(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
    const OperationAmount drawn = operationOf(kUsualRanges, static_cast<int>(random[0] * kDrawnOperations),
                                              static_cast<int>(config.randomMagnitude), random[1] < 0.5);
    numbers[0] = static_cast<double>(drawn.operation);
    numbers[1] = drawn.amount;
}

}  // namespace vit
