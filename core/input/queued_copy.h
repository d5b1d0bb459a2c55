// SPDX-License-Identifier: GPL-3.0-or-later
// Small tensors on their way to a device that is busy.
#pragma once

#include <torch/types.h>

namespace vit {

// A CPU tensor's copy on a device, queued behind the work that waits there: a plain copy would let the caller wait for
// all of it. On the CPU the tensor itself.
torch::Tensor queuedCopy(const torch::Tensor& tensor, torch::Device device);

}  // namespace vit
