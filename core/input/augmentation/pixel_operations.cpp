// SPDX-License-Identifier: GPL-3.0-or-later
// Tensor operations alone, so that the CPU and a GPU do the same.
#include "core/input/augmentation/pixel_operations.h"

#include <torch/utils.h>

namespace vit {

namespace {

constexpr double kMost = 255;

torch::Tensor perImage(const torch::Tensor& amounts, const torch::Tensor& pixels) {
    return amounts.to(pixels.dtype()).view({-1, 1, 1, 1});
}

// The luma of ITU-R BT.601, as in Pillow: [B, 1, H, W].
torch::Tensor grey(const torch::Tensor& pixels) {
    if (pixels.size(1) != 3) return pixels.mean(1, /*keepdim=*/true);
    return 0.299 * pixels.narrow(1, 0, 1) + 0.587 * pixels.narrow(1, 1, 1) + 0.114 * pixels.narrow(1, 2, 1);
}

torch::Tensor blended(const torch::Tensor& pixels, const torch::Tensor& other, const torch::Tensor& factor) {
    return (other + (pixels - other) * perImage(factor, pixels)).clamp_(0, kMost);
}

}  // namespace

torch::Tensor brightened(const torch::Tensor& pixels, const torch::Tensor& factor) {
    return (pixels * perImage(factor, pixels)).clamp_(0, kMost);
}

torch::Tensor contrasted(const torch::Tensor& pixels, const torch::Tensor& factor) {
    return blended(pixels, grey(pixels).mean({1, 2, 3}, /*keepdim=*/true), factor);
}

torch::Tensor saturated(const torch::Tensor& pixels, const torch::Tensor& factor) {
    if (pixels.size(1) == 1) return pixels;
    return blended(pixels, grey(pixels), factor);
}

torch::Tensor sharpened(const torch::Tensor& pixels, const torch::Tensor& factor) {
    // A weight of 5 for the pixel, of 1 for each of its eight neighbours; the border is left alone, as in Pillow.
    torch::Tensor smoothed = pixels.clone();
    const std::int64_t height = pixels.size(2), width = pixels.size(3);
    if (height > 2 && width > 2) {
        const torch::Tensor rows = pixels.narrow(2, 0, height - 2) + pixels.narrow(2, 1, height - 2) +
                                   pixels.narrow(2, 2, height - 2);
        const torch::Tensor squares =
            rows.narrow(3, 0, width - 2) + rows.narrow(3, 1, width - 2) + rows.narrow(3, 2, width - 2);
        const torch::Tensor middle = pixels.narrow(2, 1, height - 2).narrow(3, 1, width - 2);
        smoothed.narrow(2, 1, height - 2).narrow(3, 1, width - 2).copy_((squares + 4 * middle) / 13);
    }
    return blended(pixels, smoothed, factor);
}

torch::Tensor posterized(const torch::Tensor& pixels, const torch::Tensor& bits) {
    const torch::Tensor step = perImage(torch::exp2(8 - bits), pixels);
    return (pixels.round() / step).floor_() * step;
}

torch::Tensor solarized(const torch::Tensor& pixels, const torch::Tensor& threshold) {
    return torch::where(pixels.round() >= perImage(threshold, pixels), kMost - pixels, pixels);
}

torch::Tensor stretched(const torch::Tensor& pixels) {
    const torch::Tensor least = pixels.amin({2, 3}, /*keepdim=*/true), most = pixels.amax({2, 3}, /*keepdim=*/true);
    const torch::Tensor width = most - least;  // [B, C, 1, 1]
    return torch::where(width >= 1, (pixels - least) * (kMost / width.clamp_min(1)), pixels).clamp_(0, kMost);
}

// Pillow's table: with n the counts of all values but the largest there is, a value becomes (those below it + n /
// 510) · 255 / n, in whole numbers.
torch::Tensor equalized(const torch::Tensor& pixels) {
    constexpr std::int64_t kValues = 256;
    const std::int64_t channels = pixels.size(0) * pixels.size(1);
    const torch::Tensor values = pixels.round().clamp_(0, kMost).to(torch::kInt64).view({channels, -1});  // [B·C, H·W]
    const torch::Tensor counts = torch::zeros({channels, kValues}, values.options())
                                     .scatter_add_(1, values, torch::ones_like(values));  // [B·C, 256]
    const torch::Tensor ofLargest = counts.gather(1, values.amax(1, /*keepdim=*/true));   // [B·C, 1]
    const torch::Tensor step = (values.size(1) - ofLargest).floor_divide(kValues - 1);
    const torch::Tensor below = counts.cumsum(1) - counts;
    const torch::Tensor table =
        (below + step.floor_divide(2)).floor_divide(step.clamp_min(1)).clamp_(0, kValues - 1);
    const torch::Tensor mapped = table.gather(1, values).to(pixels.dtype()).view_as(pixels);
    return torch::where((step > 0).view({pixels.size(0), pixels.size(1), 1, 1}), mapped, pixels);
}

torch::Tensor inverted(const torch::Tensor& pixels) { return kMost - pixels; }

}  // namespace vit
