// SPDX-License-Identifier: GPL-3.0-or-later
// The report's part on the pinned pictures: each picture, what it was taken for last, and how that came about.
#pragma once

#include "core/events/event.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// HTML; empty without a prediction. `probes` as in RunCurves of the run in `folder`.
std::string probeReport(const std::filesystem::path& folder, const std::vector<ProbePredicted>& probes);

}  // namespace vit
