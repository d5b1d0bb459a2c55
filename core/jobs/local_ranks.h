// SPDX-License-Identifier: GPL-3.0-or-later
// Several processes of this program on this computer that train one model: this one leads, the others are started by
// it.
#pragma once

#include "core/ranks/rank_group.h"

#include <filesystem>
#include <memory>
#include <vector>

#include <sys/types.h>

namespace vit {

int gpuCount();  // that this build can use

class LocalRanks {
public:
    // Fewer than two: nothing is started. `dataFolder` is where they find the data; empty: the user's own. The others
    // are this program's `vit-cli train`, which finds in its environment, as torchrun would set it, that it is to
    // follow.
    LocalRanks(int ranks, const std::filesystem::path& dataFolder);
    ~LocalRanks();  // those that are still there are ended
    LocalRanks(const LocalRanks&) = delete;
    LocalRanks& operator=(const LocalRanks&) = delete;

    // Null when this process is alone. Throws RankLost when the others do not come.
    std::shared_ptr<RankGroup> join();
    void meet();  // after a run, before this process ends

private:
    int m_count;
    std::uint16_t m_port = 0;
    std::vector<pid_t> m_others;
    std::shared_ptr<RankGroup> m_group;
};

}  // namespace vit
