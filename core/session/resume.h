// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run goes on.
#pragma once

#include <filesystem>

namespace vit {

class Trainer;

// Brings the trainer to where the run in this folder was saved last; one that was ended before it saved anything begins
// again. Throws Error when the checkpoint cannot be read; of a damaged one it says what is left of the run.
void resumeFromCheckpoint(Trainer& trainer, const std::filesystem::path& folder);

}  // namespace vit
