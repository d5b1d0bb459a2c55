// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors of random numbers, the same on every device.
#pragma once

#include "core/base/philox.h"

#include <torch/types.h>

#include <cstddef>
#include <cstdint>

namespace vit {

// Fills a tensor with a function of uniform numbers in 0 … 1: shape(double) -> double.
template <typename Shape>
void fill(torch::Tensor& tensor, const RandomKey& key, const Shape& shape) {
    torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
    float* out = values.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        const std::uint32_t bits = philox(key, static_cast<std::uint32_t>(i / 4))[static_cast<std::size_t>(i % 4)];
        out[i] = static_cast<float>(shape(toUnit(bits)));
    }
    tensor.copy_(values);
}

// Between -limit and limit.
inline void fillUniform(torch::Tensor& tensor, double limit, const RandomKey& key) {
    fill(tensor, key, [limit](double unit) { return (2 * unit - 1) * limit; });
}

}  // namespace vit
