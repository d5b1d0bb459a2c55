// SPDX-License-Identifier: GPL-3.0-or-later
// A run on one page of HTML that needs nothing else: plots, results, settings, environment.
#pragma once

#include "core/runs/run_store.h"

#include <string>

namespace vit {

std::string htmlReport(const RunSummary& run, const RunCurves& curves);

}  // namespace vit
