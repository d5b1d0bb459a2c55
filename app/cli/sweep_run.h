// SPDX-License-Identifier: GPL-3.0-or-later
// Running a sweep from the command line, from where it stands to its end or to Ctrl+C.
#pragma once

#include "core/sweeps/sweep_folder.h"

namespace vit::cli {

// Throws InvalidInput if a data set of a trial that is to be trained is not on this computer.
void requireSweepData(const SweepState& state);

// Throws Error if every trial failed.
void runSweep(const SweepFolder& sweep, bool json);

}  // namespace vit::cli
