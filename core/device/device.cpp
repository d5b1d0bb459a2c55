// SPDX-License-Identifier: GPL-3.0-or-later
// What this computer has, and what a choice comes to.
#include "core/device/device.h"

#include "core/base/error.h"
#include "core/device/cuda_card.h"
#include "core/device/torch_device.h"

#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include <unistd.h>

namespace vit {

namespace {

std::string cpuName() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "CPU";
}

bool cpuHasBfloat16() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

// Of the cores that this process may use. A launcher that binds its processes to cores of their own has shared them out.
int ownCores(int localRanks) {
    const int usable = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const bool isBound = usable < static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
    return isBound ? usable : std::max(1, usable / localRanks);
}

// at::hasCUDA() would ask for a device.
bool isCudaBuild() { return at::Context::hasCUDART(); }

DeviceInfo chooseDevice(DeviceChoice choice, std::string& why) {
    const std::vector<DeviceInfo> devices = availableDevices();
    const auto cuda = std::find_if(devices.begin(), devices.end(),
                                   [](const DeviceInfo& d) { return d.choice == DeviceChoice::Cuda; });
    if (choice == DeviceChoice::Cuda && cuda == devices.end())
        throw InvalidInput(Issues{{"run.device", "CUDA was chosen, but " + cudaProblem() + ". Choose auto or cpu."}});
    if (choice == DeviceChoice::Auto)
        why = cuda != devices.end() ? " (auto: a CUDA device is present)" : " (auto: no CUDA device found)";
    return choice != DeviceChoice::Cpu && cuda != devices.end() ? *cuda : devices.front();
}

}  // namespace

std::vector<DeviceInfo> availableDevices() {
    const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
    std::vector<DeviceInfo> devices = {{DeviceChoice::Cpu, cpuName(), memory, cpuHasBfloat16()}};
    if (torch::cuda::is_available()) {
        const std::optional<CudaDriver> driver = loadCudaDriver();
        devices.push_back(deviceInfo(driver ? describeCard(*driver, 0) : std::nullopt));
    }
    return devices;
}

std::string cudaProblem() {
    if (torch::cuda::is_available()) return {};
    return isCudaBuild() ? "no CUDA device can be used: check the driver with nvidia-smi"
                         : "this program was built with the CPU build of libtorch";
}

std::string precisionName(Precision precision) { return precision == Precision::BFloat16 ? "bf16" : "fp32"; }

DeviceSelection selectDevice(const RunConfig& run, const RankPlace& place) {
    DeviceSelection selection;
    std::string why;
    selection.device = chooseDevice(run.device, why);
    if (place.ranks > 1) why = " × " + std::to_string(place.ranks) + " ranks" + why;
    if (selection.device.choice == DeviceChoice::Cuda)
        selection.index = place.localRank % std::max(1, static_cast<int>(torch::cuda::device_count()));
    const int cores = ownCores(place.localRanks);
    selection.threads = run.threads > 0 ? static_cast<int>(run.threads) : cores;
    if (selection.device.choice == DeviceChoice::Cpu) {
        selection.deviceText =
            "CPU, " + std::to_string(selection.threads) + (selection.threads == 1 ? " thread" : " threads") + why;
    } else {
        selection.deviceText = selection.device.name + why;
    }

    selection.precision = run.precision;
    std::string precisionWhy;
    if (run.precision == Precision::Auto) {
        selection.precision = selection.device.bfloat16 ? Precision::BFloat16 : Precision::Float32;
        precisionWhy = selection.device.bfloat16 ? " (auto: the device has bf16 arithmetic)"
                                                 : " (auto: the device has no bf16 arithmetic)";
    }
    selection.precisionText = precisionName(selection.precision) + precisionWhy;
    return selection;
}

void tuneAllocator() {
#if defined(__GLIBC__)
    constexpr int kGibibyte = 1 << 30;
    // One arena for all threads: the others are heaps of 64 MiB, past which glibc maps and unmaps each large tensor.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, kGibibyte);
    mallopt(M_TRIM_THRESHOLD, 2 * (kGibibyte - 1));
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void releaseMemory() {
    releaseCachedMemory();
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

void shareProcessor() {
    // GNU's run-time lets idle threads spin only while it manages no more threads than there are cores. A second pool,
    // which does nothing but be there, takes it past that number; no call of its interface does the same.
    const int before = at::get_num_threads();
    const int threads = static_cast<int>(std::thread::hardware_concurrency()) + 1;
    at::set_num_threads(threads);
    at::parallel_for(0, threads, 1, [](std::int64_t, std::int64_t) {});
    at::set_num_threads(before);
}

void endProcess(int code) {
#if defined(__SANITIZE_ADDRESS__)
    std::exit(code);  // leaks are looked for on this way only
#else
    std::cout.flush();
    std::fflush(nullptr);
    std::_Exit(code);
#endif
}

std::string libraryVersions() {
    return std::string("libtorch ") + TORCH_VERSION + (isCudaBuild() ? ", CUDA build" : ", CPU build");
}

}  // namespace vit
