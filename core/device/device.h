// SPDX-License-Identifier: GPL-3.0-or-later
// The devices that can train, and which one a choice means here.
#pragma once

#include "core/config/config.h"

#include <string>
#include <vector>

namespace vit {

struct DeviceInfo {
    DeviceChoice choice = DeviceChoice::Cpu;  // Cpu or Cuda
    std::string name;                         // "NVIDIA H100", or the CPU's model name
    double memoryBytes = 0;  // 0: not known
    bool bfloat16 = false;   // the hardware has bf16 arithmetic
};

// The CPU first, then the CUDA devices that this build can use.
std::vector<DeviceInfo> availableDevices();

struct DeviceSelection {
    DeviceInfo device;
    Precision precision = Precision::Float32;  // Float32 or BFloat16
    int threads = 1;                           // CPU threads
    int index = 0;                             // of several CUDA devices
    std::string deviceText;     // "CPU, 2 threads (auto: no CUDA device found)", "CPU, 1 thread × 2 ranks"
    std::string precisionText;  // "fp32", "bf16 (auto: the CPU has AVX-512 bf16)"
};

// Why no CUDA device can be used here; empty where one can.
std::string cudaProblem();

std::string precisionName(Precision precision);  // "fp32" or "bf16"

// One of several processes that train together.
struct RankPlace {
    int ranks = 1;
    int localRank = 0;  // among those on this computer, which share out its processor and its CUDA devices
    int localRanks = 1;
};

// Throws InvalidInput when a device is chosen that is not there.
DeviceSelection selectDevice(const RunConfig& run, const RankPlace& place = {});

// Keeps large tensors' memory with the process from step to step: glibc would give it back and fault it in again at
// each step. Call it once at the start of main().
void tuneAllocator();

// Gives what has been freed back to the system, of a graphics card too: after a run, which may have needed gigabytes.
void releaseMemory();

// Makes idle OpenMP threads sleep at once instead of spinning for some milliseconds: whoever shares the cores with the
// training (the window, other programs) then gets them, and the training itself does not wait for threads that cannot
// run. Call it once, from a thread that lives as long as the program.
void shareProcessor();

// Ends the program at once, with what was printed flushed. Call it at the end of main(), when everything of one's own
// is closed: libtorch would take a third of a short command's time to forget all its operators one by one.
[[noreturn]] void endProcess(int code);

// "libtorch 2.13.0, CPU build" and the like.
std::string libraryVersions();

}  // namespace vit
