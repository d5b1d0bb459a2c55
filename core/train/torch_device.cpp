// SPDX-License-Identifier: GPL-3.0-or-later
// A device's libtorch name and memory.
#include "train/torch_device.h"

#include <torch/version.h>

#include <ATen/DeviceAccelerator.h>

#include <sys/resource.h>

// Older ones tell a GPU's memory to programs built with the CUDA toolkit only.
#define VIT_LIBTORCH_TELLS_MEMORY (TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10)

namespace vit {

torch::Device torchDevice(const DeviceSelection& selection) {
    return selection.device.choice == DeviceChoice::Cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

double peakMemoryBytes(torch::Device device) {
#if VIT_LIBTORCH_TELLS_MEMORY
    if (device.is_cuda()) {
        constexpr std::size_t kAll = 0;  // of both the small and the large pool
        return static_cast<double>(at::accelerator::getDeviceStats(0).allocated_bytes[kAll].peak);
    }
#endif
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace vit
