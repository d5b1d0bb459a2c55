// SPDX-License-Identifier: GPL-3.0-or-later
// A convolutional stem over one image.
#pragma once

#include "core/kernels/image_kernel.h"

#include <memory>
#include <vector>

namespace vit::kernels {

// A 3×3 convolution with zeros beyond the border, max pooling in squares of 2×2 where so chosen, layer normalisation
// over the channels of each pixel, GELU.
struct StemLayer {
    int width;  // O, channels
    bool pools;
};

struct StemShape {
    int side;      // of the image in pixels; even wherever a layer pools
    int channels;  // C
    std::vector<StemLayer> layers;
    float epsilon;  // of the norms
};

// From an image [C, side, side] to pixels [side', side', O]. Parameters of each layer: weight [O, 3 * 3 * channels before],
// in the order row, column, channel, bias [O], norm scale and shift [O]. The gradient of the image is not made.
// Throws std::runtime_error where generated code cannot run.
std::unique_ptr<ImageKernel> makeStemKernel(const StemShape& shape, Arithmetic arithmetic);

}  // namespace vit::kernels
