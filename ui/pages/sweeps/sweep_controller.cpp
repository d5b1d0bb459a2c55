// SPDX-License-Identifier: GPL-3.0-or-later
// The way from one trial's end to the next one's beginning.
#include "ui/pages/sweeps/sweep_controller.h"

#include "ui/bridge/session_bridge.h"

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kLookMs = 1000;

}  // namespace

SweepController::SweepController(SessionBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge) {
    m_timer.setInterval(kLookMs);
    connect(&m_timer, &QTimer::timeout, this, &SweepController::look);
    connect(&bridge, &SessionBridge::runStarted, this, &SweepController::onRunStarted);
    connect(&bridge, &SessionBridge::stepsDone, this, &SweepController::onSteps);
    connect(&bridge, &SessionBridge::runFinished, this, [this](const RunFinished& result) {
        if (!m_training) return;
        m_training = false;
        attempt([&] { m_stopping = !m_runner->record(result) || m_stopping; });
        proceed();
    });
    connect(&bridge, &SessionBridge::runFailed, this, [this](const RunFailed& failure) {
        if (!m_training) return;
        m_training = false;
        attempt([&] { m_runner->record(failure); });
        proceed();
    });
}

std::filesystem::path SweepController::sweepsFolder() const {
    return std::filesystem::absolute(m_bridge.options().runsFolder).parent_path() / "sweeps";
}

std::vector<SweepFolder> SweepController::sweeps() const { return SweepFolder::list(sweepsFolder()); }

template <typename Action>
void SweepController::attempt(Action action) {
    try {
        action();
    } catch (const Error& fault) {
        Q_EMIT failed(QString::fromStdString(fault.what()));
    }
}

void SweepController::show(const SweepFolder& sweep) {
    if (running()) return;
    attempt([&] {
        SweepState state = sweep.read();
        m_sweep = sweep;
        m_timer.start();
        m_elsewhere = sweep.isRunning();
        take(std::move(state));
    });
}

void SweepController::start(const SweepPlan& plan) {
    if (running()) return;
    attempt([&] {
        const SweepFolder sweep = SweepFolder::createAmong(sweepsFolder(), plan);
        show(sweep);
        if (m_sweep && m_sweep->path() == sweep.path()) resume();
    });
}

void SweepController::resume() {
    if (!m_sweep || running() || m_bridge.busy()) return;
    attempt([&] {
        m_runner = std::make_unique<SweepRunner>(*m_sweep, RunStore(m_bridge.options().runsFolder));
        m_stopping = false;
        m_elsewhere = false;
        proceed();
    });
}

void SweepController::pause() {
    if (!running() || m_stopping) return;
    m_stopping = true;
    if (m_training) m_bridge.requestStop();
    Q_EMIT changed();
}

void SweepController::extend(int count) {
    if (!m_sweep) return;
    attempt([&] { take(m_sweep->update([&](SweepState& state) { extendSweep(state, count); })); });
}

void SweepController::move(int number, int position) {
    if (!m_sweep) return;
    attempt([&] { take(m_sweep->update([&](SweepState& state) { moveTrial(state, number, position); })); });
}

void SweepController::retryFailed() {
    if (!m_sweep) return;
    attempt([&] { take(m_sweep->update([](SweepState& state) { vit::retryFailed(state); })); });
}

void SweepController::take(SweepState state) {
    m_state = std::move(state);
    Q_EMIT changed();
}

void SweepController::proceed() {
    // Whoever else hears of the last run's end shall hear it before the next one begins.
    QTimer::singleShot(0, this, [this] {
        if (!running()) return;
        bool begun = false;
        attempt([&] {
            if (m_stopping || m_bridge.busy()) return;
            auto request = m_runner->next();
            if (!request) return;
            m_target = request->stopAfterEpoch > 0 ? request->stopAfterEpoch : request->config.run.epochs;
            m_progress = 0;
            m_training = begun = true;
            m_bridge.train(std::move(*request));
        });
        if (!begun) endRun();
        attempt([&] { take(m_sweep->read()); });
    });
}

void SweepController::endRun() {
    m_runner.reset();
    m_stopping = false;
    Q_EMIT changed();
}

void SweepController::look() {
    if (!m_sweep) return;
    attempt([&] {
        const bool elsewhere = !running() && m_sweep->isRunning();
        if (m_sweep->changedAt() == m_read && elsewhere == m_elsewhere) return;
        m_elsewhere = elsewhere;
        m_read = m_sweep->changedAt();
        take(m_sweep->read());
        if (running() && m_state.paused) pause();
    });
}

void SweepController::onRunStarted(const RunStarted& run) { m_run = run; }

void SweepController::onSteps(const std::vector<StepDone>& steps) {
    const StepDone& last = steps.back();
    if (m_run && last.imagesPerSecond > 0)
        m_speed = {.imagesPerSecond = last.imagesPerSecond, .config = m_run->config, .trainImages = m_run->trainImages};
    if (!m_training) return;
    const double epochs =
        static_cast<double>(last.epoch - 1) +
        static_cast<double>(last.stepInEpoch) / static_cast<double>(std::max<std::int64_t>(1, last.stepsPerEpoch));
    m_progress = epochs / static_cast<double>(std::max<std::int64_t>(1, m_target));
    Q_EMIT progressChanged();
}

}  // namespace vit::ui
