// SPDX-License-Identifier: GPL-3.0-or-later
// Where a sweep stands: its trials in the order of the queue, what they have reached, and who goes on. Plain values;
// the file that keeps them is sweep_folder.h's.
#pragma once

#include "core/sweeps/sweep_plan.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

enum class TrialStatus {
    Waiting,  // to be trained up to its rung
    Running,  // or killed while it was
    Done,     // has reached the end of its rung
    Failed
};

struct SweepTrial {
    int number = 0;  // as planned, from 1
    std::vector<SweepSetting> settings;
    TrialStatus status = TrialStatus::Waiting;
    int rung = 0;                 // the one it is training for, or has finished last; from 0
    std::vector<double> results;  // the best of the objective up to the end of each rung; NaN = none was measured
    std::int64_t epochs = 0;      // trained so far
    std::string run;              // its run's folder, relative to the sweep's; empty before it is first begun
    std::string problem;          // of a failed one: what happened and what to do

    bool operator==(const SweepTrial&) const = default;
};

struct SweepState {
    SweepPlan plan;
    bool paused = false;  // no trial is begun, and the one that runs is stopped
    std::vector<SweepTrial> trials;
};

SweepState startedSweep(const SweepPlan& plan);  // throws InvalidInput if the plan cannot be run

// The first in the queue that waits or was killed; null if the sweep has nothing more to do.
SweepTrial* nextTrial(SweepState& state);
SweepTrial& trialNumbered(SweepState& state, int number);  // throws InvalidInput

// Halving: when every trial of a rung is through, the best third of them (at least one) waits for the next rung; equals
// go by their numbers, and failed ones count for the third but never go on. Promotions are not taken back when the
// sweep is extended later.
void promoteTrials(SweepState& state);

void extendSweep(SweepState& state, std::int64_t more);  // throws InvalidInput
void moveTrial(SweepState& state, int number, std::int64_t position);  // position from 1; throws InvalidInput
int retryFailed(SweepState& state);  // makes failed trials wait; how many

Config trialConfig(const SweepState& state, const SweepTrial& trial);
std::int64_t trialTarget(const SweepState& state, const SweepTrial& trial);  // epochs in all at the end of its rung
double trialValue(const SweepTrial& trial);  // its last result; NaN if it has none
std::vector<const SweepTrial*> bestFirst(const SweepState& state);
std::string settingsText(const SweepTrial& trial);  // "learning_rate 0.001, layers 4"

struct SweepCounts {
    int waiting = 0;
    int running = 0;
    int done = 0;
    int failed = 0;
};
SweepCounts countTrials(const SweepState& state);
const char* statusText(TrialStatus status);  // "waiting", …

// Throws Error if the text is damaged.
SweepState sweepStateFromJson(std::string_view json);
std::string toJson(const SweepState& state);

}  // namespace vit
