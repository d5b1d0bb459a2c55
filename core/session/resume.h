// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run goes on.
#pragma once

#include "core/data/data_description.h"

#include <filesystem>
#include <string>

namespace vit {

class Trainer;

// Brings the trainer to where the run in this folder was saved last; one that was ended before it saved anything begins
// again. Throws Error when the checkpoint cannot be read; of a damaged one it says what is left of the run.
void resumeFromCheckpoint(Trainer& trainer, const std::filesystem::path& folder);

// Whether the images' files are those that the run in this folder has learned from, by what `before` and `now` say of them.
// Throws InvalidInput if some are there no more, new or of another size. A sentence if no more than their times are others,
// as those of copies are; empty if nothing is, or if the run does not say.
std::string otherFilesText(const DataDescription& before, const DataDescription& now);

}  // namespace vit
