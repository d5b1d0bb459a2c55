// SPDX-License-Identifier: GPL-3.0-or-later
// A run named on the command line.
#pragma once

#include "core/runs/run_store.h"

#include <string>

namespace vit::cli {

constexpr const char* kRunHelp = "A run's name or folder (vit-cli runs list); without it, the last one trained";

// The name of a run in the store, or a run's folder anywhere; empty: the last trained run of the store.
// Throws InvalidInput if there is none.
RunSummary findRun(const std::string& nameOrFolder);

// The same, for commands that need its weights: while no run has been trained, the model that came with the program.
RunSummary findTrainedRun(const std::string& nameOrFolder);

}  // namespace vit::cli
