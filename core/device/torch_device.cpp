// SPDX-License-Identifier: GPL-3.0-or-later
// A device's libtorch name and memory.
#include "core/device/torch_device.h"

#include <torch/version.h>

#include <ATen/DeviceAccelerator.h>

#include <cstdlib>
#include <fstream>
#include <string>

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
    // Unlike getrusage's, this peak can be reset and does not begin with that of the program that started this one.
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

void resetPeakMemory(torch::Device device) {
    if (device.is_cpu()) {
        std::ofstream("/proc/self/clear_refs") << '5';
        return;
    }
#if VIT_LIBTORCH_TELLS_MEMORY
    at::accelerator::resetPeakStats(0);
#endif
}

void releaseCachedMemory() {
#if VIT_LIBTORCH_TELLS_MEMORY
    if (torch::cuda::is_available() && at::getDeviceAllocator(torch::kCUDA)->initialized())
        at::accelerator::emptyCache();
#endif
}

}  // namespace vit
