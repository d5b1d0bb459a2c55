// SPDX-License-Identifier: GPL-3.0-or-later
// Every change of a trial is in the sweep's file before the next thing happens, so that a kill at any moment loses at
// most what the run's own checkpoint lacks.
#include "core/sweeps/sweep_runner.h"

#include "core/runs/run_files.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace vit {

namespace fs = std::filesystem;

namespace {

std::string labelOf(const SweepState& state, const SweepTrial& trial) {
    char number[16];
    std::snprintf(number, sizeof number, "-%03d", trial.number);
    return state.plan.name + number;
}

// The best up to `epochs`, read from the run's own curve: it holds what earlier sittings have trained too.
double bestResult(const fs::path& run, SweepObjective objective, std::int64_t epochs) {
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const auto& line : run_files::readEpochs(run)) {
        const double value = line.value.validation.*metricOf(objective).value;
        if (line.value.epoch <= epochs && isBetter(objective, value, best)) best = value;
    }
    return best;
}

// A run that was killed before its configuration was written has nothing to go on with.
bool hasBegun(const fs::path& run) { return !run.empty() && run_files::isThere(run / run_files::kConfig); }

}  // namespace

SweepRunner::SweepRunner(SweepFolder folder, RunStore runs)
    : m_folder(std::move(folder)), m_runs(std::move(runs)), m_lock(m_folder.lockForRunning()) {
    m_folder.update([](SweepState& state) { state.paused = false; });
}

std::optional<TrainRequest> SweepRunner::next() {
    std::optional<TrainRequest> request;
    m_folder.update([&](SweepState& state) {
        promoteTrials(state);
        SweepTrial* trial = state.paused ? nullptr : nextTrial(state);
        if (trial == nullptr) return;
        request.emplace();
        request->config = trialConfig(state, *trial);
        request->label = labelOf(state, *trial);
        const fs::path earlier = m_folder.runFolder(*trial);
        if (hasBegun(earlier)) {
            request->resumeFrom = earlier;
        } else {
            request->runFolder = m_runs.create(request->label);
            trial->run = fs::absolute(request->runFolder).lexically_relative(m_folder.path()).string();
            trial->epochs = 0;
        }
        m_target = trialTarget(state, *trial);
        if (m_target < request->config.run.epochs) request->stopAfterEpoch = m_target;
        trial->status = TrialStatus::Running;
        m_current = *trial;
    });
    return request;
}

bool SweepRunner::record(const RunFinished& result) {
    // One that has ended by itself before its target, having stopped improving, is through as well.
    const bool ended = result.reason != StopReason::Stopped || result.epochsDone >= m_target;
    const bool reached = !result.runFolder.empty() && ended;
    m_folder.update([&](SweepState& state) {
        SweepTrial& trial = trialNumbered(state, m_current.number);
        trial.status = reached ? TrialStatus::Done : TrialStatus::Waiting;
        if (!result.runFolder.empty()) trial.epochs = result.epochsDone;
        if (reached) trial.results.push_back(bestResult(result.runFolder, state.plan.objective, m_target));
        promoteTrials(state);
        m_current = trial;
    });
    return reached;
}

void SweepRunner::record(const RunFailed& failure) {
    m_folder.update([&](SweepState& state) {
        SweepTrial& trial = trialNumbered(state, m_current.number);
        trial.status = TrialStatus::Failed;
        trial.problem = failure.text;
        promoteTrials(state);
        m_current = trial;
    });
}

bool SweepRunner::pauseWanted() const { return m_folder.read().paused; }

}  // namespace vit
