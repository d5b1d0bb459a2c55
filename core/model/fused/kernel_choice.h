// SPDX-License-Identifier: GPL-3.0-or-later
// Which code runs a model's blocks: fused kernels or libtorch's own, and why.
#pragma once

#include "core/config/config.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace vit {

class FusedKernels;

struct KernelSelection {
    std::shared_ptr<const FusedKernels> fused;  // null: libtorch's
    std::string text;                           // "fused, AVX-512 (libxsmm, Highway)", "plain libtorch (…why)"
};

// Throws InvalidInput when fused kernels were chosen and cannot run.
KernelSelection selectKernels(KernelChoice choice, const ModelConfig& model, std::int64_t tokens, torch::Device device,
                              bool bfloat16, std::int64_t channels = 3);

}  // namespace vit
