// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate as a function of the step.
#pragma once

#include "core/config/config.h"

#include <cstdint>

namespace vit {

// `step` counts from 0. Warm-up rises linearly and reaches the full rate at its end; Cosine then falls over the rest of
// the planned epochs to finalFactor (Loshchilov & Hutter, "SGDR", 2017, one cycle). Past the planned end the last rate
// stays. Always above 0.
double learningRateAt(const Config& config, std::int64_t step, std::int64_t stepsPerEpoch);

}  // namespace vit
