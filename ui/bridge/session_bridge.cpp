// SPDX-License-Identifier: GPL-3.0-or-later
// Collects events under a private mutex and delivers them by one queued drain at a time.
#include "ui/bridge/session_bridge.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kDrainIntervalMs = 40;

}  // namespace

SessionBridge::SessionBridge(Session::Options options, QObject* parent)
    : QObject(parent), m_options(std::move(options)) {
    m_drainTimer.setSingleShot(true);
    connect(&m_drainTimer, &QTimer::timeout, this, &SessionBridge::drain);
    m_session = std::make_unique<Session>(m_options, [this](const Event& event) { post(event); });
}

SessionBridge::~SessionBridge() {
    m_session.reset();  // joins the worker: no event is posted after this
}

void SessionBridge::train(TrainRequest request) {
    m_session->train(std::move(request));
    Q_EMIT runRequested();
}

void SessionBridge::evaluate(const std::filesystem::path& runFolder) {
    m_session->evaluate(runFolder);
    Q_EMIT evaluationRequested();
}

void SessionBridge::requestStop() { m_session->requestStop(); }

void SessionBridge::requestPause() {
    m_session->requestPause();
    Q_EMIT pauseChanged(true);
}

void SessionBridge::requestContinue() {
    m_session->requestContinue();
    Q_EMIT pauseChanged(false);
}

bool SessionBridge::busy() const { return m_session->busy(); }

bool SessionBridge::paused() const { return m_session->paused(); }

std::uint64_t SessionBridge::predict(std::shared_ptr<const Image> image, int top) {
    return m_session->predict(std::move(image), top);
}

void SessionBridge::openModel(const std::filesystem::path& runFolder) { m_session->openModel(runFolder); }

void SessionBridge::setProbe(std::shared_ptr<const Image> image) { m_session->setProbe(std::move(image)); }

void SessionBridge::post(const Event& event) {
    const std::lock_guard lock(m_mutex);
    m_pending.push_back(event);
    if (m_drainPosted) return;
    m_drainPosted = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            const qint64 since = m_sinceDrain.isValid() ? m_sinceDrain.elapsed() : kDrainIntervalMs;
            m_drainTimer.start(static_cast<int>(std::max<qint64>(0, kDrainIntervalMs - since)));
        },
        Qt::QueuedConnection);
}

void SessionBridge::drain() {
    std::vector<Event> events;
    {
        const std::lock_guard lock(m_mutex);
        events.swap(m_pending);
        m_drainPosted = false;
    }
    m_sinceDrain.start();

    std::vector<StepDone> steps;
    const auto flushSteps = [&] {
        if (!steps.empty()) Q_EMIT stepsDone(steps);
        steps.clear();
    };
    for (const Event& event : events) {
        if (const auto* step = std::get_if<StepDone>(&event)) {
            steps.push_back(*step);
            continue;
        }
        flushSteps();
        std::visit(
            [this](const auto& e) {
                using T = std::decay_t<decltype(e)>;
                if constexpr (std::is_same_v<T, RunStarted>) Q_EMIT runStarted(e);
                else if constexpr (std::is_same_v<T, EpochDone>) Q_EMIT epochDone(e);
                else if constexpr (std::is_same_v<T, CheckpointSaved>) Q_EMIT checkpointSaved(e);
                else if constexpr (std::is_same_v<T, ProbePredicted>) Q_EMIT probePredicted(e);
                else if constexpr (std::is_same_v<T, PhaseChanged>) Q_EMIT phaseChanged(e);
                else if constexpr (std::is_same_v<T, Message>) Q_EMIT messageArrived(e);
                else if constexpr (std::is_same_v<T, RunFinished>) Q_EMIT runFinished(e);
                else if constexpr (std::is_same_v<T, RunFailed>) Q_EMIT runFailed(e);
                else if constexpr (std::is_same_v<T, PredictionReady>) Q_EMIT predictionReady(e);
                else if constexpr (std::is_same_v<T, ModelOpened>) Q_EMIT modelOpened(e);
                else if constexpr (std::is_same_v<T, RunEvaluated>) Q_EMIT runEvaluated(e);
            },
            event);
    }
    flushSteps();
}

}  // namespace vit::ui
