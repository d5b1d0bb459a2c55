// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a configuration trains and predicts on this computer.
#pragma once

#include "core/config/config.h"
#include "core/config/derived.h"

#include <cstdint>
#include <functional>
#include <string>

namespace vit {

enum class BenchmarkMode { Train, Predict };

struct BenchmarkTask {
    BenchmarkMode mode = BenchmarkMode::Train;
    std::int64_t steps = 10;  // ≥ 1, after three that do not count
};

// Milliseconds of one step, medians over the steps measured; 0: the step has no such phase. A step of prediction is the
// forward pass of a batch; one of training that runs as a recorded CUDA graph has its forward pass within `backward`.
struct StepTimes {
    double forward = 0;   // with the loss
    double backward = 0;  // with the metrics
    double optimizer = 0;
    double whole = 0;
};

struct BenchmarkResult {
    std::string device;  // as RunStarted says them
    std::string precision;
    std::string kernels;
    std::int64_t parameters = 0;
    std::int64_t batchSize = 0;
    std::int64_t steps = 0;
    int threads = 0;
    StepTimes milliseconds;
    double imagesPerSecond = 0;    // of the median step
    double loss = 0;               // of the last step; training only
    double photoMilliseconds = 0;  // from one decoded photo to its five most probable classes, median; prediction only
    double peakMemoryBytes = 0;    // of the process while it measured the steps
    double flops = 0;            // operations per second in the products
    double peakFlops = 0;        // what all threads could do at most, measured; 0 where there is no way to tell
    std::string warning;         // not empty: what the steps were slower for
};

// By the same step as a training in its last epoch, where blocks thaw in the others, on made-up images that are ready: neither
// reading nor augmenting is part of it.
// Throws InvalidInput when a device or kernels are chosen that are not there.
BenchmarkResult benchmark(const Config& config, const ModelInput& input, const BenchmarkTask& task,
                          const std::function<void(std::int64_t done)>& progress = {});

}  // namespace vit
