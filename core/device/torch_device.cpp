// SPDX-License-Identifier: GPL-3.0-or-later
// A device's libtorch name and memory.
#include "core/device/torch_device.h"

#include "core/device/cuda_card.h"

#include <torch/version.h>

#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <sys/resource.h>

// Older ones tell a GPU's memory to programs built with the CUDA toolkit only.
#define VIT_LIBTORCH_TELLS_MEMORY (TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10)
#define VIT_LIBTORCH_TELLS_FREE_MEMORY (TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 13)

namespace vit {

namespace {

// A figure in bytes that Linux tells of this process.
std::optional<double> ofStatus(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key)) return std::strtod(line.c_str() + key.size(), nullptr) * 1024;
    }
    return std::nullopt;
}

}  // namespace

torch::Device torchDevice(const DeviceSelection& selection) {
    return selection.device.choice == DeviceChoice::Cuda ? torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(selection.index))
                                                               : torch::Device(torch::kCPU);
}

void makeCurrent(torch::Device device) {
    if (device.is_cuda()) c10::impl::VirtualGuardImpl(c10::kCUDA).setDevice(device);
}

std::string cardIdentity(torch::Device device) {
    if (!device.is_cuda()) return {};
    const std::optional<CudaDriver> driver = loadCudaDriver();
    return driver ? cardIdentity(*driver, device.index()) : std::string();
}

double peakMemoryBytes(torch::Device device) {
#if VIT_LIBTORCH_TELLS_MEMORY
    if (device.is_cuda()) {
        constexpr std::size_t kAll = 0;  // of both the small and the large pool
        return static_cast<double>(at::accelerator::getDeviceStats(device.index()).allocated_bytes[kAll].peak);
    }
#endif
    // Unlike getrusage's, this peak can be reset and does not begin with that of the program that started this one.
    if (const std::optional<double> peak = ofStatus("VmHWM:")) return *peak;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

std::optional<double> heldMemoryBytes(torch::Device device) {
    if (device.is_cpu()) return ofStatus("VmRSS:");
#if VIT_LIBTORCH_TELLS_MEMORY
    constexpr std::size_t kAll = 0;  // of both the small and the large pool
    return static_cast<double>(at::accelerator::getDeviceStats(0).reserved_bytes[kAll].current);
#else
    return std::nullopt;
#endif
}

void resetPeakMemory(torch::Device device) {
    if (device.is_cpu()) {
        std::ofstream("/proc/self/clear_refs") << '5';
        return;
    }
#if VIT_LIBTORCH_TELLS_MEMORY
    at::accelerator::resetPeakStats(device.index());
#endif
}

std::optional<double> freeMemoryBytes(torch::Device device) {
#if VIT_LIBTORCH_TELLS_FREE_MEMORY
    if (device.is_cuda()) {
        constexpr std::size_t kAll = 0;  // of both the small and the large pool
        const auto stats = at::accelerator::getDeviceStats(device.index());
        const auto unused = stats.reserved_bytes[kAll].current - stats.allocated_bytes[kAll].current;
        return static_cast<double>(at::accelerator::getMemoryInfo(device.index()).first) + static_cast<double>(unused);
    }
#else
    static_cast<void>(device);
#endif
    return std::nullopt;
}

void releaseCachedMemory() {
#if VIT_LIBTORCH_TELLS_MEMORY
    if (torch::cuda::is_available() && at::getDeviceAllocator(torch::kCUDA)->initialized())
        at::accelerator::emptyCache();
#endif
}

}  // namespace vit
