// SPDX-License-Identifier: GPL-3.0-or-later
// GELU and the dropout after it in one pass over memory, for tensors on the CPU.
#pragma once

#include "core/model/parts/dropout.h"

#include <torch/types.h>

#include <cstdint>

namespace vit {

// dropout(gelu(input)) of fp32 or bf16 numbers. Only in builds with VIT_FUSED_KERNELS.
torch::Tensor fusedGeluDropout(const torch::Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site);

}  // namespace vit
