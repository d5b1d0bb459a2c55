// SPDX-License-Identifier: GPL-3.0-or-later
// The report's part on the pinned pictures: each picture, what it was taken for last, how that came about, and why.
#pragma once

#include "core/runs/run_store.h"

#include <string>

namespace vit {

// HTML; empty without a prediction. `curves` of this run.
std::string probeReport(const RunSummary& run, const RunCurves& curves);

}  // namespace vit
