// SPDX-License-Identifier: GPL-3.0-or-later
// From a step to its place in the schedule: warm-up, shape, planned end.
#include "core/train/schedules/schedule.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

constexpr double kLeastShare = 1e-6;  // optimizers divide by the rate

const ScheduleRow& rowOf(ScheduleType type) {
    return *std::ranges::find(scheduleTable(), type, &ScheduleRow::type);  // tests hold that there is one for each
}

}  // namespace

double learningRateAt(const Config& config, std::int64_t step, std::int64_t stepsPerEpoch) {
    const double rate = config.optimizer.learningRate;
    const double warmup = std::floor(config.schedule.warmupEpochs * static_cast<double>(stepsPerEpoch));
    const auto position = static_cast<double>(step);
    if (position < warmup) return rate * (position + 1) / warmup;

    const std::int64_t epochs = config.schedule.epochs > 0 ? config.schedule.epochs : config.run.epochs;
    const double steps = static_cast<double>(epochs * stepsPerEpoch) - warmup;
    const double progress = std::min((position - warmup) / std::max(steps, 1.0), 1.0);
    return rate * std::max(rowOf(config.schedule.type).share(progress, config.schedule), kLeastShare);
}

}  // namespace vit
