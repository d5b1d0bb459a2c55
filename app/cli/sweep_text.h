// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep as tables and JSON.
#pragma once

#include "core/sweeps/sweep_folder.h"

#include <string>

namespace vit::cli {

std::string objectiveName(SweepObjective objective);                // "validation accuracy"
std::string trialText(const SweepState& state, const SweepTrial& trial);  // "Trial 3, rung 2 of 3: layers 4"
std::string planTable(const SweepPreview& preview);                 // the trials in the order of the queue
std::string statusTable(const SweepFolder& sweep, const SweepState& state);  // best first, with a heading
std::string statusJson(const SweepFolder& sweep, const SweepState& state);   // the same

}  // namespace vit::cli
