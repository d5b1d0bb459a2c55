// SPDX-License-Identifier: GPL-3.0-or-later
// An image kernel over a batch: memory, threads, and its place in autograd.
#pragma once

#include "core/device/memory_pool.h"
#include "core/kernels/image_kernel.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace vit {

// One forward pass of a kernel, and what its backward pass needs besides tensors.
struct FusedPass : torch::CustomClassHolder {
    std::shared_ptr<const kernels::ImageKernel> kernel;
    std::shared_ptr<MemoryPool> pool;
    std::vector<kernels::Dropout> dropouts;
    std::int64_t firstImage = 0;  // see ForwardMode
    bool wantsSaved = false;      // keep what the kernel saves of all images even where no backward pass follows
    bool wantsInput = true;       // the gradient of the input
    torch::Tensor saved;          // [B, bytes]; for one who wants it, until autograd has taken it over
};

// Images [B, …] through the kernel: [B, outputs of an image], fp32. Parameters in the kernel's order, fp32 on the CPU.
torch::Tensor runFused(const c10::intrusive_ptr<FusedPass>& pass, const torch::Tensor& images,
                       std::vector<torch::Tensor> parameters);

}  // namespace vit
