// SPDX-License-Identifier: GPL-3.0-or-later
// The summaries of all runs of a store, quickly: those that have not changed since come from a digest.
#pragma once

#include "core/runs/run_store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// In no particular order; folders that are no runs are passed over. Reads only runs whose files have changed (in time
// or size) since the digest was written, on all cores, and writes it anew. Where it cannot be written, all are read
// each time. Throws Error if the folder cannot be listed.
std::vector<RunSummary> readOverview(const std::filesystem::path& store);

}  // namespace vit
