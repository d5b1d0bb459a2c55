// SPDX-License-Identifier: GPL-3.0-or-later
// The paper's wide space.
#include "core/input/augmentation/trivial_augment.h"

#include "core/input/augmentation/drawn_operation.h"

namespace vit {

void drawTrivialAugment(const AugmentationConfig&, const RandomUnits& random, std::span<double> numbers) {
    constexpr OperationRanges kWide = {.shear = 0.99, .moveX = DrawnOperation::MoveX, .moveY = DrawnOperation::MoveY,
                                       .move = 32, .degrees = 135, .factor = 0.99, .bitsTaken = 6};
    const OperationAmount drawn = operationOf(kWide, static_cast<int>(random[0] * kDrawnOperations),
                                              static_cast<int>(random[1] * kMagnitudes), random[2] < 0.5);
    numbers[0] = static_cast<double>(drawn.operation);
    numbers[1] = drawn.amount;
}

torch::Tensor applyOperation(const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
    return operateOn(images, numbers[0], numbers[1]);
}

}  // namespace vit
