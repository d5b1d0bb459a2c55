// SPDX-License-Identifier: GPL-3.0-or-later
// Who is next, and who goes on to the next rung.
#include "core/sweeps/sweep_queue.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit {

namespace {

bool hasResult(const SweepTrial& trial, int rung) {
    const auto place = static_cast<std::size_t>(rung);
    return place < trial.results.size() && !std::isnan(trial.results[place]);
}

std::vector<SweepTrial> trialsFrom(const std::vector<PlannedTrial>& planned, std::size_t known) {
    std::vector<SweepTrial> trials;
    for (const PlannedTrial& one : planned) {
        if (static_cast<std::size_t>(one.number) <= known) continue;
        SweepTrial trial;
        trial.number = one.number;
        trial.settings = one.settings;
        trials.push_back(std::move(trial));
    }
    return trials;
}

std::vector<PlannedTrial> plannedTrials(const SweepPlan& plan) {
    SweepPreview preview = previewSweep(plan);
    if (!preview.issues.empty()) throw InvalidInput(std::move(preview.issues));
    return std::move(preview.trials);
}

// False while one of the rung's trials is not through.
bool promoteFrom(SweepState& state, int rung) {
    std::vector<SweepTrial*> members;
    for (SweepTrial& trial : state.trials)
        if (trial.rung >= rung) members.push_back(&trial);
    const bool open = std::any_of(members.begin(), members.end(), [&](const SweepTrial* trial) {
        return trial->rung == rung && (trial->status == TrialStatus::Waiting || trial->status == TrialStatus::Running);
    });
    if (open) return false;

    const auto place = static_cast<std::size_t>(rung);
    const std::size_t kept = std::max<std::size_t>(1, members.size() / kKeptShare);
    members.erase(std::remove_if(members.begin(), members.end(),
                                 [&](const SweepTrial* trial) { return !hasResult(*trial, rung); }),
                  members.end());
    std::sort(members.begin(), members.end(), [&](const SweepTrial* a, const SweepTrial* b) {
        if (a->results[place] != b->results[place])
            return isBetter(state.plan.objective, a->results[place], b->results[place]);
        return a->number < b->number;
    });
    for (std::size_t i = 0; i < std::min(kept, members.size()); ++i) {
        if (members[i]->rung != rung || members[i]->status != TrialStatus::Done) continue;
        members[i]->rung = rung + 1;
        members[i]->status = TrialStatus::Waiting;
    }
    return true;
}

}  // namespace

SweepState startedSweep(const SweepPlan& plan) {
    SweepState state;
    state.plan = plan;
    state.trials = trialsFrom(plannedTrials(plan), 0);
    return state;
}

SweepTrial* nextTrial(SweepState& state) {
    const auto found = std::find_if(state.trials.begin(), state.trials.end(), [](const SweepTrial& trial) {
        return trial.status == TrialStatus::Waiting || trial.status == TrialStatus::Running;
    });
    return found == state.trials.end() ? nullptr : &*found;
}

SweepTrial& trialNumbered(SweepState& state, int number) {
    const auto found = std::find_if(state.trials.begin(), state.trials.end(),
                                    [&](const SweepTrial& trial) { return trial.number == number; });
    if (found != state.trials.end()) return *found;
    throw InvalidInput("The sweep has no trial " + std::to_string(number) + ": its trials are 1 to " +
                       std::to_string(state.trials.size()) + ".");
}

void promoteTrials(SweepState& state) {
    if (state.plan.strategy != SweepStrategy::Halving) return;
    const int rungs = static_cast<int>(sweepRungs(state.plan).size());
    for (int rung = 0; rung + 1 < rungs; ++rung)
        if (!promoteFrom(state, rung)) return;
}

void extendSweep(SweepState& state, std::int64_t more) {
    SweepPlan plan = extendedPlan(state.plan, more);
    std::vector<SweepTrial> added = trialsFrom(plannedTrials(plan), state.trials.size());
    state.plan = std::move(plan);
    state.trials.insert(state.trials.end(), added.begin(), added.end());
}

void moveTrial(SweepState& state, int number, std::int64_t position) {
    const auto count = static_cast<std::int64_t>(state.trials.size());
    if (position < 1 || position > count)
        throw InvalidInput("There is no place " + std::to_string(position) + " in the queue: use 1 to " +
                           std::to_string(count) + ".");
    const SweepTrial moved = trialNumbered(state, number);
    std::erase_if(state.trials, [&](const SweepTrial& trial) { return trial.number == number; });
    state.trials.insert(state.trials.begin() + (position - 1), moved);
}

int retryFailed(SweepState& state) {
    int count = 0;
    for (SweepTrial& trial : state.trials) {
        if (trial.status != TrialStatus::Failed) continue;
        trial.status = TrialStatus::Waiting;
        trial.problem.clear();
        ++count;
    }
    return count;
}

Config trialConfig(const SweepState& state, const SweepTrial& trial) {
    Config config = state.plan.base;
    if (state.plan.strategy == SweepStrategy::Halving) config.run.epochs = sweepRungs(state.plan).back();
    for (const SweepSetting& setting : trial.settings) findField(setting.key)->set(config, setting.value);
    return config;
}

std::int64_t trialTarget(const SweepState& state, const SweepTrial& trial) {
    if (state.plan.strategy != SweepStrategy::Halving) return trialConfig(state, trial).run.epochs;
    return sweepRungs(state.plan)[static_cast<std::size_t>(trial.rung)];
}

double trialValue(const SweepTrial& trial) {
    return trial.results.empty() ? std::numeric_limits<double>::quiet_NaN() : trial.results.back();
}

std::vector<const SweepTrial*> bestFirst(const SweepState& state) {
    std::vector<const SweepTrial*> trials;
    for (const SweepTrial& trial : state.trials) trials.push_back(&trial);
    std::stable_sort(trials.begin(), trials.end(), [&](const SweepTrial* a, const SweepTrial* b) {
        const double x = trialValue(*a);
        const double y = trialValue(*b);
        if (isBetter(state.plan.objective, x, y)) return true;
        if (std::isnan(x) || isBetter(state.plan.objective, y, x)) return false;
        return a->number < b->number;
    });
    return trials;
}

std::string settingsText(const SweepTrial& trial) {
    std::string text;
    for (const SweepSetting& setting : trial.settings) {
        const Field& field = *findField(setting.key);
        text += (text.empty() ? "" : ", ") + setting.key.substr(setting.key.find('.') + 1) + " " +
                toText(field, setting.value);
    }
    return text;
}

SweepCounts countTrials(const SweepState& state) {
    SweepCounts counts;
    for (const SweepTrial& trial : state.trials) {
        switch (trial.status) {
            case TrialStatus::Waiting: ++counts.waiting; break;
            case TrialStatus::Running: ++counts.running; break;
            case TrialStatus::Done: ++counts.done; break;
            case TrialStatus::Failed: ++counts.failed; break;
        }
    }
    return counts;
}

const char* statusText(TrialStatus status) {
    switch (status) {
        case TrialStatus::Waiting: return "waiting";
        case TrialStatus::Running: return "running";
        case TrialStatus::Done: return "done";
        case TrialStatus::Failed: return "failed";
    }
    return "";
}

}  // namespace vit
