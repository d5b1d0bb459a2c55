// SPDX-License-Identifier: GPL-3.0-or-later
// How fast training steps of a configuration are on this computer, phase by phase.
#pragma once

#include "config/config.h"
#include "config/derived.h"

#include <cstdint>
#include <functional>
#include <string>

namespace vit {

// Milliseconds of one step, medians over the steps measured.
struct StepTimes {
    double forward = 0;   // with the loss
    double backward = 0;
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
    double imagesPerSecond = 0;  // of the median step
    double peakMemoryBytes = 0;  // of the process so far
    double flops = 0;            // operations per second in the products
    double peakFlops = 0;        // what all threads could do at most, measured; 0 where there is no way to tell
};

// Runs `steps` steps (≥ 1), after three that do not count, on made-up images that are ready: neither reading nor augmenting
// is part of it. Throws InvalidInput when a device or kernels are chosen that are not there.
BenchmarkResult benchmark(const Config& config, const ModelInput& input, std::int64_t steps,
                          const std::function<void(std::int64_t done)>& progress = {});

}  // namespace vit
