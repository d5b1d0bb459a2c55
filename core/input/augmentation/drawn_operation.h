// SPDX-License-Identifier: GPL-3.0-or-later
// One of the operations that TrivialAugment, RandAugment and AutoAugment draw, for each image its own.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace vit {

// With what the amount means. Places are those of the picture that results: what is fetched from outside is the border,
// reflected.
enum class DrawnOperation : std::uint8_t {
    Nothing,
    ShearX,      // by this tangent
    ShearY,
    MoveX,       // by so many pixels
    MoveY,
    MoveShareX,  // by this share of the side
    MoveShareY,
    Rotate,      // by so many degrees
    Brightness,  // by this factor, as the three below
    Colour,
    Contrast,
    Sharpness,
    Posterize,   // so many bits stay
    Solarize,    // from this value on
    Stretch,
    Equalize,
    Invert,
};

// pixels [B, C, H, W] of 0–255; which of DrawnOperation, and its amount: float64 [B] on their device.
torch::Tensor operateOn(const torch::Tensor& pixels, const torch::Tensor& which, const torch::Tensor& amount);

// How far a method goes with each.
struct OperationRanges {
    double shear;
    DrawnOperation moveX;
    DrawnOperation moveY;
    double move;
    double degrees;
    double factor;      // at most this far from 1
    double bitsTaken;   // of 8
};
// Those that torchvision has made usual.
inline constexpr OperationRanges kUsualRanges = {.shear = 0.3, .moveX = DrawnOperation::MoveShareX,
                                                 .moveY = DrawnOperation::MoveShareY, .move = 150.0 / 331.0,
                                                 .degrees = 30, .factor = 0.9, .bitsTaken = 4};

// At this share (0–1) of its range, with a sign where it has two.
double amountOf(const OperationRanges& ranges, DrawnOperation operation, double share, bool negative);

struct OperationAmount {
    DrawnOperation operation = DrawnOperation::Nothing;
    double amount = 0;
};
// What TrivialAugment and RandAugment draw from: the list of fourteen, where number `place` (0–13) has a strength of
// `magnitude` (0–30).
OperationAmount operationOf(const OperationRanges& ranges, int place, int magnitude, bool negative);

inline constexpr int kDrawnOperations = 14;
inline constexpr int kMagnitudes = 31;

}  // namespace vit
