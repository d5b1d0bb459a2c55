// SPDX-License-Identifier: GPL-3.0-or-later
// Between tensors and plain numbers.
#pragma once

#include "core/base/float_array.h"

#include <torch/types.h>

namespace vit {

inline FloatArray toArray(const torch::Tensor& tensor) {
    const torch::Tensor dense = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const float* values = dense.const_data_ptr<float>();
    return {dense.sizes().vec(), {values, values + dense.numel()}};
}

// The array's own memory, to be read while the array lives.
inline torch::Tensor asTensor(const FloatArray& array) {
    return torch::from_blob(const_cast<float*>(array.values.data()), array.shape, torch::kFloat32);
}

}  // namespace vit
