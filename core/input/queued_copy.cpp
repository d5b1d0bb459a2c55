// SPDX-License-Identifier: GPL-3.0-or-later
// Copies from memory that the device reads by itself; libtorch keeps it until that is done.
#include "core/input/queued_copy.h"

namespace vit {

torch::Tensor queuedCopy(const torch::Tensor& tensor, torch::Device device) {
    return device.is_cpu() ? tensor : tensor.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace vit
