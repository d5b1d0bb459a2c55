// SPDX-License-Identifier: GPL-3.0-or-later
// A split's images in the memory of the device that trains on them.
#pragma once

#include "core/input/input_pipeline.h"

#include <torch/types.h>

namespace vit {

// All images and labels of a split, copied once, so that a step needs nothing from the computer's own memory.
class ResidentImages {
public:
    // What they take of the device's memory.
    static double bytesOf(const DatasetView& view);

    // Reads them in pieces. Throws c10::OutOfMemoryError when the device has no room for them.
    ResidentImages(const DatasetView& view, torch::Device device);

    // positions: int64 [B] on the device -> uint8 [B, H, W, C] and labels int64 [B], both on the device.
    Batch gather(const torch::Tensor& positions) const;

private:
    Batch m_all;
};

}  // namespace vit
