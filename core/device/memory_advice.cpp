// SPDX-License-Identifier: GPL-3.0-or-later
// Batch sizes from the estimate of a training's memory.
#include "core/device/memory_advice.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <sys/resource.h>
#include <unistd.h>

namespace vit {

namespace {

constexpr double kUsableShare = 0.8;  // the rest goes to the images, the libraries and fragments

double limitIn(const char* path) {
    std::ifstream file(path);
    double bytes = 0;
    return file >> bytes ? bytes : std::numeric_limits<double>::infinity();  // "max" is no number
}

}  // namespace

std::int64_t batchSizeThatFits(const Config& config, const ModelInput& input, double bytes) {
    const auto memory = [&](std::int64_t batch) {
        Config other = config;
        other.run.batchSize = batch;
        other.run.accumulate = 1;
        return derive(other, input).trainingMemoryBytes;
    };
    const double perImage = memory(2) - memory(1);
    const double fixed = memory(1) - perImage;
    if (perImage <= 0) return 0;
    const auto parts = static_cast<double>(std::max<std::int64_t>(config.run.accumulate, 1));
    const double fits = std::floor((bytes * kUsableShare - fixed) / perImage) * parts;
    const std::int64_t half = config.run.batchSize / 2;
    const auto batch = static_cast<std::int64_t>(std::clamp(fits, 0.0, static_cast<double>(half)));
    return batch >= 8 ? batch / 8 * 8 : batch;
}

bool fitsBesideTraining(double bytes, double trainingBytes, double freeBytes) {
    return bytes + trainingBytes / kUsableShare <= freeBytes;
}

std::string memoryAdvice(const Config& config, const ModelInput& input, double bytes) {
    const bool known = bytes > 0;
    const std::int64_t batch = known ? batchSizeThatFits(config, input, bytes) : config.run.batchSize / 2;
    if (batch == 0) {
        return "Not even a small batch of this model would fit: use fewer blocks, smaller dimensions or larger "
               "patches.";
    }
    const std::string smaller =
        " batch size of " + groupedText(batch) + " instead of " + groupedText(config.run.batchSize);
    return known ? "A" + smaller + " should fit, or use a smaller model."
                 : "Try a" + smaller + ", or use a smaller model.";
}

double processMemoryBytes() {
    const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
    double bytes = pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
    bytes = std::min(bytes, limitIn("/sys/fs/cgroup/memory.max"));
    return std::min(bytes, limitIn("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

}  // namespace vit
