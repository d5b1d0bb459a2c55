// SPDX-License-Identifier: GPL-3.0-or-later
// A run on several ranks: what rank 0 tells the others to train, and how they do it.
#pragma once

#include "core/data/channel_statistics.h"
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/ranks/rank_group.h"
#include "core/session/session.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace vit {

// What a rank must know of the run besides its weights, which come with the first step.
struct RankOrder {
    Config config;
    DeviceChoice device = DeviceChoice::Auto;  // to train on, which may be another than the run's own
    std::int64_t maxSteps = 0;
    std::int64_t stopAfterEpoch = 0;
    bool testAfterStop = false;
    std::optional<ChannelStatistics> statistics;  // other ones than the data's own
};

// Rank 0's side of what precedes a run. Until the others have their order they are kept waiting, however long it takes,
// or sent home. No group: nothing is done.
class RankLeader {
public:
    explicit RankLeader(RankGroup* ranks) : m_ranks(ranks) {}

    // Now and then while something takes longer than their patience.
    void keepWaiting();
    void order(const RankOrder& order);
    // The run will not begin. Nothing once they have their order.
    void sendHome();

private:
    RankGroup* m_ranks;
    bool m_ordered = false;
    std::chrono::steady_clock::time_point m_told = std::chrono::steady_clock::now();
};

// Where a rank stands among those of its computer.
RankPlace placeOf(const RankGroup& ranks);

// Takes the order and trains until rank 0 ends the run; `goOn` is asked between two steps, and false ends it on all ranks.
// Throws Error, RankLost among them, when this rank cannot go on, and Cancelled when rank 0 has none to give.
void follow(RankGroup& ranks, DataStore& data, const std::function<bool()>& goOn);

}  // namespace vit
