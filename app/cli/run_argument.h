// SPDX-License-Identifier: GPL-3.0-or-later
// A run named on the command line.
#pragma once

#include "core/runs/run_store.h"

#include <filesystem>
#include <string>

namespace vit::cli {

constexpr const char* kRunHelp = "A run's name or folder (vit-cli runs list); without it, the last one trained";
constexpr const char* kModelHelp =
    "A run's name or folder (vit-cli runs list), or \"included\" for the model that came with the program; without it, the "
    "last one trained, else that model";

// The name of a run in the store, or a run's folder anywhere; empty: the last trained run of the store.
// Throws InvalidInput if there is none.
RunSummary findRun(const std::string& nameOrFolder);

// The same, for commands that need its weights.
RunSummary findTrainedRun(const std::string& nameOrFolder);

// The folder of such a run, for commands that ask a model and write nothing to it: while no run has been trained, or for
// "included" unless a run is called so, that of the model which came with the program.
std::filesystem::path findModel(const std::string& nameOrFolder);

}  // namespace vit::cli
