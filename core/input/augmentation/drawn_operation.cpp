// SPDX-License-Identifier: GPL-3.0-or-later
// Each operation for those images that drew it.
#include "core/input/augmentation/drawn_operation.h"

#include "core/input/augmentation/linear_sampling.h"
#include "core/input/augmentation/pixel_operations.h"

#include <torch/utils.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace vit {

namespace {

using Operation = torch::Tensor (*)(const torch::Tensor& pixels, const torch::Tensor& amount);

// The CPU does it for these images alone. For a GPU, which would have to be waited for to know how many they are, it
// is done for all.
torch::Tensor forThose(const torch::Tensor& pixels, const torch::Tensor& which, const torch::Tensor& amount,
                       Operation operation) {
    if (!pixels.is_cpu()) return torch::where(which.view({-1, 1, 1, 1}), operation(pixels, amount), pixels);
    const torch::Tensor places = which.nonzero().squeeze(1);
    if (places.size(0) == 0) return pixels;
    return pixels.index_copy(0, places, operation(pixels.index_select(0, places), amount.index_select(0, places)));
}

torch::Tensor is(const torch::Tensor& which, DrawnOperation operation) {
    return which == static_cast<double>(operation);
}

// Shears, moves and turns are one resampling: output (x, y) takes the input at m · (x, y, 1).
torch::Tensor resampled(const torch::Tensor& pixels, const torch::Tensor& which, const torch::Tensor& amount) {
    const auto amountOf = [&](DrawnOperation operation) { return torch::where(is(which, operation), amount, 0.0); };
    const torch::Tensor angle = amountOf(DrawnOperation::Rotate) * (std::numbers::pi / 180);
    const torch::Tensor cosine = angle.cos(), sine = angle.sin();
    const torch::Tensor x = amountOf(DrawnOperation::MoveX) +
                            amountOf(DrawnOperation::MoveShareX) * static_cast<double>(pixels.size(3));
    const torch::Tensor y = amountOf(DrawnOperation::MoveY) +
                            amountOf(DrawnOperation::MoveShareY) * static_cast<double>(pixels.size(2));
    const torch::Tensor matrices = torch::stack({cosine, amountOf(DrawnOperation::ShearX) - sine, -x,
                                                 amountOf(DrawnOperation::ShearY) + sine, cosine, -y}, 1);
    return sampleLinear(pixels, matrices.view({-1, 2, 3}));
}

torch::Tensor resampledThose(const torch::Tensor& pixels, const torch::Tensor& which, const torch::Tensor& amount) {
    const torch::Tensor those = (which >= static_cast<double>(DrawnOperation::ShearX))
                                    .logical_and(which <= static_cast<double>(DrawnOperation::Rotate));
    if (!pixels.is_cpu()) return torch::where(those.view({-1, 1, 1, 1}), resampled(pixels, which, amount), pixels);
    const torch::Tensor places = those.nonzero().squeeze(1);
    if (places.size(0) == 0) return pixels;
    return pixels.index_copy(0, places, resampled(pixels.index_select(0, places), which.index_select(0, places),
                                                  amount.index_select(0, places)));
}

struct Row {
    DrawnOperation which;
    Operation operation;
};

constexpr Row kOfColours[] = {
    {DrawnOperation::Brightness, brightened},
    {DrawnOperation::Colour, saturated},
    {DrawnOperation::Contrast, contrasted},
    {DrawnOperation::Sharpness, sharpened},
    {DrawnOperation::Posterize, posterized},
    {DrawnOperation::Solarize, solarized},
    {DrawnOperation::Stretch, [](const torch::Tensor& pixels, const torch::Tensor&) { return stretched(pixels); }},
    {DrawnOperation::Equalize, [](const torch::Tensor& pixels, const torch::Tensor&) { return equalized(pixels); }},
    {DrawnOperation::Invert, [](const torch::Tensor& pixels, const torch::Tensor&) { return inverted(pixels); }},
};

}  // namespace

torch::Tensor operateOn(const torch::Tensor& pixels, const torch::Tensor& which, const torch::Tensor& amount) {
    torch::Tensor result = resampledThose(pixels, which, amount);
    for (const Row& row : kOfColours) result = forThose(result, is(which, row.which), amount, row.operation);
    return result;
}

double amountOf(const OperationRanges& ranges, DrawnOperation operation, double share, bool negative) {
    const double sign = negative ? -share : share;
    switch (operation) {
        case DrawnOperation::ShearX:
        case DrawnOperation::ShearY: return sign * ranges.shear;
        case DrawnOperation::MoveX:
        case DrawnOperation::MoveY:
        case DrawnOperation::MoveShareX:
        case DrawnOperation::MoveShareY: return sign * ranges.move;
        case DrawnOperation::Rotate: return sign * ranges.degrees;
        case DrawnOperation::Brightness:
        case DrawnOperation::Colour:
        case DrawnOperation::Contrast:
        case DrawnOperation::Sharpness: return 1 + sign * ranges.factor;
        case DrawnOperation::Posterize: return 8 - std::round(share * ranges.bitsTaken);
        case DrawnOperation::Solarize: return 255 * (1 - share);
        case DrawnOperation::Nothing:
        case DrawnOperation::Stretch:
        case DrawnOperation::Equalize:
        case DrawnOperation::Invert: break;
    }
    return 0;  // they have no strength
}

OperationAmount operationOf(const OperationRanges& ranges, int place, int magnitude, bool negative) {
    const std::array<DrawnOperation, kDrawnOperations> list = {
        DrawnOperation::Nothing,  DrawnOperation::ShearX,    DrawnOperation::ShearY,     ranges.moveX,
        ranges.moveY,             DrawnOperation::Rotate,    DrawnOperation::Brightness, DrawnOperation::Colour,
        DrawnOperation::Contrast, DrawnOperation::Sharpness, DrawnOperation::Posterize,  DrawnOperation::Solarize,
        DrawnOperation::Stretch,  DrawnOperation::Equalize};
    const DrawnOperation operation = list[static_cast<std::size_t>(place)];
    const double share = static_cast<double>(magnitude) / (kMagnitudes - 1);
    return {operation, amountOf(ranges, operation, share, negative)};
}

}  // namespace vit
