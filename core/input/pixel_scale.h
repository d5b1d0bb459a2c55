// SPDX-License-Identifier: GPL-3.0-or-later
// Between normalised images and the pixels that they were.
#pragma once

#include <torch/types.h>

namespace vit {

struct PixelScale {
    torch::Tensor mean{};       // [1, C, 1, 1], of 0–255 values; undefined: the images are such values themselves
    torch::Tensor deviation{};  // [1, C, 1, 1]

    torch::Tensor toPixels(const torch::Tensor& images) const {
        return mean.defined() ? images * deviation + mean : images;
    }
    torch::Tensor fromPixels(const torch::Tensor& pixels) const {
        return mean.defined() ? (pixels - mean) / deviation : pixels;
    }
};

}  // namespace vit
