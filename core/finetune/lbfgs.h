// SPDX-License-Identifier: GPL-3.0-or-later
// L-BFGS (Liu & Nocedal, "On the limited memory BFGS method for large scale optimization", 1989) for smooth convex
// functions.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace vit {

struct LbfgsLimits {
    double gradient = 1e-6;         // done when no component of the gradient is larger
    std::int64_t iterations = 500;  // or after so many
};

// The function's value at x, and its gradient there.
using ValueAndGradient = std::function<double(const torch::Tensor& x, torch::Tensor& gradient)>;

// From x on, which is left where the function is least; any shape, fp32 or fp64. `goOn` is asked before each iteration:
// false ends it early. Returns the iterations.
std::int64_t minimize(torch::Tensor& x, const ValueAndGradient& function, const LbfgsLimits& limits,
                      const std::function<bool()>& goOn = {});

}  // namespace vit
