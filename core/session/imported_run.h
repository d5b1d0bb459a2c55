// SPDX-License-Identifier: GPL-3.0-or-later
// An imported model as a run: to be predicted with, inspected, evaluated and trained further like any other.
#pragma once

#include "core/import/imported_model.h"

#include <filesystem>

namespace vit {

// Fills a folder that is new or empty with a run that has finished no epoch yet: its weights as the best and the last
// ones, the optimizer fresh. Throws InvalidInput if the folder holds something, Error if it cannot be written or the
// weights do not fit the configuration.
void writeImportedRun(const ImportedModel& model, const std::filesystem::path& folder);

}  // namespace vit
