// SPDX-License-Identifier: GPL-3.0-or-later
// The test set, measured after a run has ended.
#pragma once

#include "core/data/store/data_store.h"
#include "core/events/event.h"

#include <filesystem>
#include <string>

namespace vit {

struct RunEvaluated {
    RunFinished result;    // the run's own, with what the test set gave
    std::string note;      // not empty: it was measured on another device than it was trained on
    bool stopped = false;  // as the user asked: the result is as it was
    std::string problem;   // not empty: so too, and why
};

// Measures the run's best weights on the test set, in the precision that it was trained in and on its device or, where
// that is not here, on the CPU, which the note says; and writes that into its result, which a run that was killed gets
// by it: as stopped. Throws Error or InvalidInput when there are no weights, the data set is not there or has no such
// images or another program trains the run, and Cancelled when `progress` says so; the result is then as it was.
RunEvaluated evaluateRun(const std::filesystem::path& folder, DataStore& data, const Progress& progress);

}  // namespace vit
