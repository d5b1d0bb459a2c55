// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli train as one of several ranks.
#pragma once

#include "core/ranks/rank_group.h"
#include "core/session/session.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace vit::cli {

struct RankOptions {
    int timeout = 300;  // seconds
    std::string dataFolder;  // of a rank that follows; empty: the user's own

    void addTo(CLI::App& command);
    // With the processes that were started together with this one; null when it was started alone.
    std::shared_ptr<RankGroup> join() const;
};

// Of a launcher that has started the ranks again after a fault: the run that they had begun, to go on with it; empty
// when there is none. `runFolder` is the one given on the command line, which may be empty.
std::filesystem::path runLeftBehind(const RankGroup& ranks, const std::filesystem::path& runFolder);

// What a rank other than 0 does instead of a run of its own. Faults are told with the rank's number.
void followRun(RankGroup& ranks, const std::string& dataFolder);

}  // namespace vit::cli
