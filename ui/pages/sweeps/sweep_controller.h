// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a sweep through the window's bridge, one trial after the other, and keeps what is shown of it up to date, also
// when another program changes or runs it.
#pragma once

#include "core/events/event.h"
#include "core/sweeps/sweep_folder.h"
#include "core/sweeps/sweep_runner.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace vit::ui {

class SessionBridge;

// How fast a run of this window was.
struct MeasuredSpeed {
    double imagesPerSecond = 0;  // in training
    Config config;               // with these settings
    std::int64_t trainImages = 0;
};

class SweepController : public QObject {
    Q_OBJECT

public:
    explicit SweepController(SessionBridge& bridge, QObject* parent = nullptr);

    std::filesystem::path sweepsFolder() const;  // beside the runs
    std::vector<SweepFolder> sweeps() const;     // newest first

    void show(const SweepFolder& sweep);  // not while one is run here
    const std::optional<SweepFolder>& sweep() const { return m_sweep; }
    const SweepState& state() const { return m_state; }  // of sweep()

    // Each tells a fault by failed() and changes nothing then.
    void start(const SweepPlan& plan);
    void resume();
    void pause();  // the trial ends within a step and goes on later
    void extend(int count);
    void move(int number, int position);
    void retryFailed();

    bool running() const { return m_runner != nullptr; }  // here
    bool stopping() const { return m_stopping; }
    bool runningElsewhere() const { return m_elsewhere; }
    double progress() const { return m_progress; }  // of the trial that runs here, 0–1, towards the end of its rung
    const std::optional<MeasuredSpeed>& speed() const { return m_speed; }

Q_SIGNALS:
    void changed();          // sweep(), state() or what may be done
    void progressChanged();
    void failed(const QString& problem);

private:
    template <typename Action>
    void attempt(Action action);
    void take(SweepState state);
    void proceed();  // to the next trial
    void endRun();
    void look();     // whether another program has changed the file
    void onRunStarted(const RunStarted& run);
    void onSteps(const std::vector<StepDone>& steps);

    SessionBridge& m_bridge;
    std::optional<SweepFolder> m_sweep;
    SweepState m_state;
    std::filesystem::file_time_type m_read;  // of which time the state is
    std::unique_ptr<SweepRunner> m_runner;
    bool m_training = false;  // a trial of ours is in the session
    bool m_stopping = false;
    bool m_elsewhere = false;
    double m_progress = 0;
    std::int64_t m_target = 0;
    QTimer m_timer;
    std::optional<RunStarted> m_run;  // the last one begun in this window
    std::optional<MeasuredSpeed> m_speed;
};

}  // namespace vit::ui
