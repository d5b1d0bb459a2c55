// SPDX-License-Identifier: GPL-3.0-or-later
// What colours can be changed by, each image by an amount of its own: as Pillow and torchvision have them, but for
// pixels that need not be whole numbers.
#pragma once

#include <torch/types.h>

namespace vit {

// All: pixels [B, C, H, W] of 0–255; amounts float64 [B] on their device.

// Between black, the mean of the grey image, the grey image or the smoothed one (each at 0) and the image (at 1), or
// beyond.
torch::Tensor brightened(const torch::Tensor& pixels, const torch::Tensor& factor);
torch::Tensor contrasted(const torch::Tensor& pixels, const torch::Tensor& factor);
torch::Tensor saturated(const torch::Tensor& pixels, const torch::Tensor& factor);
torch::Tensor sharpened(const torch::Tensor& pixels, const torch::Tensor& factor);

// Only so many bits (1–8) of each value stay. Here and below values are rounded before they are told apart:
// normalised and brought back a pixel is a little beside its whole number.
torch::Tensor posterized(const torch::Tensor& pixels, const torch::Tensor& bits);
// Values of the threshold and above are inverted.
torch::Tensor solarized(const torch::Tensor& pixels, const torch::Tensor& threshold);
// Each channel from its darkest to its brightest pixel is stretched over all of 0–255; one of one value stays.
torch::Tensor stretched(const torch::Tensor& pixels);
// Each channel's values are mapped so that all come about equally often; one of one value stays.
torch::Tensor equalized(const torch::Tensor& pixels);
// Each value becomes what it is short of 255.
torch::Tensor inverted(const torch::Tensor& pixels);

}  // namespace vit
