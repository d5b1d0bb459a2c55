// SPDX-License-Identifier: GPL-3.0-or-later
// How fast training will be here before any was measured.
#pragma once

#include "core/config/config.h"

namespace vit {

// Floating-point operations per second that training is likely to reach: a share of what the processor does in registers,
// which is measured the first time, in some milliseconds. 0 where there is no way to tell: on a graphics card, in a build
// without the fused kernels, or where the device that is chosen is not there.
double likelySpeed(const Config& config);

}  // namespace vit
