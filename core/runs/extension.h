// SPDX-License-Identifier: GPL-3.0-or-later
// Training a run further than it was planned.
#pragma once

#include "core/config/config.h"

#include <cstdint>

namespace vit {

struct RunSummary;

enum class ScheduleEnd {
    Keep,     // the schedule ends where it was planned to; its last rate stays from there on
    Stretch,  // it is spread over the new number of epochs
};

struct Extension {
    std::int64_t epochs = 0;  // past the planned end; 0 = as planned
    ScheduleEnd schedule = ScheduleEnd::Keep;
};

// The run's configuration with its new end. After an early stop the epochs count from there, and it is not looked for
// again. Throws InvalidInput when there would be too many epochs.
Config extended(const RunSummary& run, const Extension& extension);

}  // namespace vit
