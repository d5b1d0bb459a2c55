// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as tables. Numbers are written so that they read back exactly; what is not known is an empty cell.
#pragma once

#include "core/runs/run_store.h"

#include <string>
#include <vector>

namespace vit {

std::string epochTable(const RunSummary& run, const RunCurves& curves);  // a row for each epoch
std::string stepTable(const RunSummary& run, const RunCurves& curves);   // a row for each step
std::string layerTable(const RunSummary& run, const RunCurves& curves);  // a row for each layer, when it was measured

// A row for each run: its name, state and results, and a column for each hyperparameter.
std::string runTable(const std::vector<RunSummary>& runs);

}  // namespace vit
