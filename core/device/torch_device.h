// SPDX-License-Identifier: GPL-3.0-or-later
// Devices as libtorch names them.
#pragma once

#include "core/device/device.h"

#include <torch/torch.h>

namespace vit {

torch::Device torchDevice(const DeviceSelection& selection);

// Peak memory in bytes: a GPU's as allocated by libtorch, else what of the process was resident.
double peakMemoryBytes(torch::Device device);
// Lets the peak start again from what is in use now; outside of Linux, or where libtorch cannot, it stays as it is.
void resetPeakMemory(torch::Device device);

// Gives what tensors have freed on a GPU back to other programs, where libtorch has kept it for the next ones.
void releaseCachedMemory();

}  // namespace vit
