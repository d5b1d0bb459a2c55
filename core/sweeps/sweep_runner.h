// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a sweep through its queue, one trial after the other: says what to train next, and notes how it ended. Who asks
// trains it (a Session, a window's bridge); the runner owns no thread.
#pragma once

#include "core/session/session.h"
#include "core/sweeps/sweep_folder.h"

#include <memory>
#include <optional>

namespace vit {

class SweepRunner {
public:
    // Holds the sweep for this program alone and takes back a pause. Throws Error if another one runs it.
    SweepRunner(SweepFolder folder, RunStore runs);

    const SweepFolder& folder() const { return m_folder; }

    // The next trial, noted as running: a new run, or its own run resumed where it was killed, stopped or at its last
    // rung. Nothing when the sweep is through or paused.
    std::optional<TrainRequest> next();
    const SweepTrial& current() const { return m_current; }  // the last one that next() gave

    // How the run of the last request ended. True if the trial has come to its end; false if it was stopped before, in
    // which case it waits and goes on later.
    bool record(const RunFinished& result);
    void record(const RunFailed& failure);

    // True once another program has asked for a pause: the run is to be stopped.
    bool pauseWanted() const;

private:
    SweepFolder m_folder;
    RunStore m_runs;
    std::unique_ptr<FileLock> m_lock;
    SweepTrial m_current;
    std::int64_t m_target = 0;
};

}  // namespace vit
