// SPDX-License-Identifier: GPL-3.0-or-later
// A run named on the command line.
#include "app/cli/run_argument.h"

#include "core/base/error.h"
#include "core/runs/included_model.h"

namespace vit::cli {

namespace fs = std::filesystem;

RunSummary findRun(const std::string& nameOrFolder) {
    const RunStore store;
    if (nameOrFolder.empty()) {
        if (auto last = store.lastTrained()) return *last;
        throw InvalidInput("There is no trained run in " + store.folder().string() +
                           " yet. Train one first: vit-cli train --preset first-steps");
    }
    // A folder of the same name in the current directory is meant only if the store has no such run.
    if (auto run = store.find(nameOrFolder)) return *run;
    if (fs::exists(fs::path(nameOrFolder) / "config.json")) return readRun(nameOrFolder);
    throw InvalidInput("There is no run \"" + nameOrFolder + "\", neither in " + store.folder().string() +
                       " nor as a folder. vit-cli runs list shows those there are.");
}

RunSummary findTrainedRun(const std::string& nameOrFolder) {
    RunSummary run = findRun(nameOrFolder);
    if (!run.hasModel) {
        throw InvalidInput("The run \"" + run.name + "\" has no weights yet: not one epoch was finished.");
    }
    return run;
}

fs::path findModel(const std::string& nameOrFolder) {
    const bool included = nameOrFolder == "included" && !RunStore().find(nameOrFolder);
    if (included || (nameOrFolder.empty() && !RunStore().lastTrained()))
        if (fs::path model = includedModel(); !model.empty()) return model;
    return findTrainedRun(nameOrFolder).folder;
}

}  // namespace vit::cli
