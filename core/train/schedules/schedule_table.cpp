// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of schedules, a function and a row each.
#include "core/train/schedules/schedule.h"

#include <cmath>
#include <numbers>

namespace vit {

namespace {

double constant(double, const ScheduleConfig&) { return 1; }

// Falls to finalFactor (Loshchilov & Hutter, "SGDR", 2017, one cycle).
double cosine(double progress, const ScheduleConfig& config) {
    return config.finalFactor + (1 - config.finalFactor) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

constexpr ScheduleRow kSchedules[] = {
    {ScheduleType::Constant, constant},
    {ScheduleType::Cosine, cosine},
};

}  // namespace

std::span<const ScheduleRow> scheduleTable() { return kSchedules; }

}  // namespace vit
