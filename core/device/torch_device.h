// SPDX-License-Identifier: GPL-3.0-or-later
// Devices as libtorch names them.
#pragma once

#include "core/device/device.h"

#include <torch/types.h>

#include <optional>
#include <string>

namespace vit {

torch::Device torchDevice(const DeviceSelection& selection);
// What this thread asks of a GPU without naming one goes to this one, e.g. the recording of a graph.
void makeCurrent(torch::Device device);
// By which a graphics card is told from all others (device/cuda_card.h); empty for the CPU, and where it is not known.
std::string cardIdentity(torch::Device device);

// Peak memory in bytes: a GPU's as allocated by libtorch, else what of the process was resident.
double peakMemoryBytes(torch::Device device);
// Lets the peak start again from what is in use now; outside of Linux, or where libtorch cannot, it stays as it is.
void resetPeakMemory(torch::Device device);

// What this process holds at present, in bytes: of a GPU's memory what libtorch keeps from other programs, else what is
// resident. Nothing where libtorch does not tell it.
std::optional<double> heldMemoryBytes(torch::Device device);

// What a GPU can still give this process, in bytes, with what libtorch holds there unused. Nothing where libtorch does
// not tell it, and for the CPU.
std::optional<double> freeMemoryBytes(torch::Device device);
// Gives what tensors have freed on a GPU back to other programs, where libtorch has kept it for the next ones.
void releaseCachedMemory();

}  // namespace vit
