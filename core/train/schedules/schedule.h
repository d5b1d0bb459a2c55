// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate as a function of the step, and the table of shapes it can follow.
#pragma once

#include "core/config/config.h"

#include <cstdint>
#include <span>

namespace vit {

// `step` counts from 0. Warm-up rises linearly and reaches the full rate at its end; the rest of the planned epochs
// follows the schedule's shape. Past the planned end the last rate stays. Always above 0.
double learningRateAt(const Config& config, std::int64_t step, std::int64_t stepsPerEpoch);

// A new schedule is a function and its row in schedule_table.cpp.
struct ScheduleRow {
    ScheduleType type;
    // The share of the full rate, ≥ 0, when `progress` of the steps after the warm-up is done: 0 at the first of them,
    // 1 at the planned end.
    double (*share)(double progress, const ScheduleConfig& config);
};
std::span<const ScheduleRow> scheduleTable();

}  // namespace vit
