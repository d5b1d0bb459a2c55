// SPDX-License-Identifier: GPL-3.0-or-later
// The record of what a run was made with: its model's description and the program's and the computer's.
#pragma once

#include "core/data/data_description.h"
#include "core/events/event.h"

#include <filesystem>
#include <string>

namespace vit {

struct DeviceSelection;
class Trainer;

// The first event of a run that is about to begin, or to go on.
RunStarted describeRun(const Config& config, const DeviceSelection& device, Trainer& trainer,
                       const std::filesystem::path& folder);

// The text of environment.json; dataDescriptionFromJson() reads its part of it. `startedFrom`: whose weights the run
// began with; empty for fresh ones.
std::string environmentJson(const DataDescription& description, const RunStarted& run, int threads,
                            const std::string& startedFrom = "");

}  // namespace vit
