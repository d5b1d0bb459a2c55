// SPDX-License-Identifier: GPL-3.0-or-later
// How a run stands, in words: one table for files, lists, the terminal and the window.
#pragma once

#include "core/events/event.h"

#include <algorithm>
#include <array>

namespace vit {

struct StateWords {
    StopReason reason;
    const char* key;     // in files: "early-stopped"
    const char* state;   // in lists, and after the run's name: "stopped early"
    const char* ending;  // as a line of its own: "Stopped early: it no longer became better"
};

inline constexpr std::array<StateWords, 5> kStateWords = {{
    {StopReason::Completed, "completed", "finished", "Finished"},
    {StopReason::Stopped, "stopped", "stopped", "Stopped: everything is kept"},
    {StopReason::EarlyStopped, "early-stopped", "stopped early", "Stopped early: it no longer became better"},
    {StopReason::Diverged, "diverged", "diverged", "Diverged: the loss exploded"},
    {StopReason::Failed, "failed", "failed", "Failed"},
}};

constexpr const StateWords& wordsOf(StopReason reason) {
    return *std::find_if(kStateWords.begin(), kStateWords.end(),
                         [&](const StateWords& words) { return words.reason == reason; });
}

// Of a run that has no result.
inline constexpr const char* kRunning = "running";
inline constexpr const char* kUnfinished = "unfinished";  // it was killed, or another program trains it

}  // namespace vit
