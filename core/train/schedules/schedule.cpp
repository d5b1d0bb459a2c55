// SPDX-License-Identifier: GPL-3.0-or-later
// Constant and cosine schedules with a linear warm-up.
#include "core/train/schedules/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vit {

double learningRateAt(const Config& config, std::int64_t step, std::int64_t stepsPerEpoch) {
    const double rate = config.optimizer.learningRate;
    const double warmup = std::floor(config.schedule.warmupEpochs * static_cast<double>(stepsPerEpoch));
    const auto position = static_cast<double>(step);
    if (position < warmup) return rate * (position + 1) / warmup;
    if (config.schedule.type == ScheduleType::Constant) return rate;

    const std::int64_t epochs = config.schedule.epochs > 0 ? config.schedule.epochs : config.run.epochs;
    const double steps = static_cast<double>(epochs * stepsPerEpoch) - warmup;
    const double progress = std::min((position - warmup) / std::max(steps, 1.0), 1.0);
    const double factor = config.schedule.finalFactor +
                          (1 - config.schedule.finalFactor) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
    return rate * std::max(factor, 1e-6);
}

}  // namespace vit
