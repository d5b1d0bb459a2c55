// SPDX-License-Identifier: GPL-3.0-or-later
// What to do when a training does not fit into the memory.
#pragma once

#include "core/config/config.h"
#include "core/config/derived.h"

#include <cstdint>
#include <string>

namespace vit {

// The largest batch, a multiple of 8 from 8 on, that the estimate of derive() lets fit into so many bytes; never more
// than half of the one that did not. 0: not even one image fits.
std::int64_t batchSizeThatFits(const Config& config, const ModelInput& input, double bytes);

// One or two sentences for a person whose run was refused memory; bytes 0: it is not known how much there is.
std::string memoryAdvice(const Config& config, const ModelInput& input, double bytes);

// What this process could have in all on the CPU: of the computer, its container or a limit set for it, whichever is
// least.
double processMemoryBytes();

}  // namespace vit
