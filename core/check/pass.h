// SPDX-License-Identifier: GPL-3.0-or-later
// One pass through a model, forward and back: as the device computes it, and as plain layers in double precision do.
// Internal to this room, as it knows tensors.
#pragma once

#include "core/check/check_bench.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

// Of a made-up batch's mean cross-entropy, with nothing dropped.
struct Pass {
    torch::Tensor logits;                  // [images, classes]
    std::vector<torch::Tensor> gradients;  // one for each parameter
};

struct PassSize {
    std::int64_t images = 0;
    std::int64_t classes = 0;
};

Pass passOfDevice(const CheckBench& bench, const Config& config, PassSize size, bool bfloat16 = false);
Pass passOfReference(const CheckBench& bench, const Config& config, PassSize size);

// The gradient that is farthest off by its own size, or by a thousandth of the largest one, and its name.
Finding worstGradient(const CheckBench& bench, const Pass& computed, const Pass& expected, const Config& config,
                      double allowed);

// Rounding in single precision, which grows with the depth and on the way back. TF32 products, which have 10 bits
// instead of 23, do not pass.
inline constexpr double kForward = 1e-4;
inline constexpr double kGradient = 1e-3;
// 8 bits in the products: some four times of what PyTorch's autocast differs on a CPU, 0.007 and 0.016.
inline constexpr double kForwardBfloat16 = 0.03;
inline constexpr double kGradientBfloat16 = 0.06;

}  // namespace vit
