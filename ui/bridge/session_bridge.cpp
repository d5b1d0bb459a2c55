// SPDX-License-Identifier: GPL-3.0-or-later
// Collects events and answers under a private mutex and delivers them by one queued drain at a time.
#include "ui/bridge/session_bridge.h"

#include <algorithm>
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
    m_session->evaluate(runFolder, [this](const RunEvaluated& evaluated) {
        post([this, evaluated] { Q_EMIT runEvaluated(evaluated); });
    });
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

void SessionBridge::openModel(const std::filesystem::path& runFolder) {
    m_session->openModel(runFolder, [this](const ModelOpened& model) {
        post([this, model] { Q_EMIT modelOpened(model); });
    });
}

void SessionBridge::setProbes(std::vector<std::shared_ptr<const Image>> images) {
    m_session->setProbes(std::move(images));
}

void SessionBridge::post(Delivery delivery) {
    const std::lock_guard lock(m_mutex);
    m_pending.push_back(std::move(delivery));
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
    std::vector<Delivery> deliveries;
    {
        const std::lock_guard lock(m_mutex);
        deliveries.swap(m_pending);
        m_drainPosted = false;
    }
    m_sinceDrain.start();

    std::vector<StepDone> steps;
    const auto flushSteps = [&] {
        if (!steps.empty()) Q_EMIT stepsDone(steps);
        steps.clear();
    };
    for (const Delivery& delivery : deliveries) {
        const auto* event = std::get_if<Event>(&delivery);
        if (event != nullptr && std::holds_alternative<StepDone>(*event)) {
            steps.push_back(std::get<StepDone>(*event));
            continue;
        }
        flushSteps();
        if (event != nullptr) tell(*event);
        else std::get<std::function<void()>>(delivery)();
    }
    flushSteps();
}

void SessionBridge::tell(const Event& event) {
    // An overload for each alternative: an event that has none does not compile.
    struct Teller {
        SessionBridge& bridge;
        void operator()(const RunStarted& e) const { Q_EMIT bridge.runStarted(e); }
        void operator()(const StepDone& e) const { Q_EMIT bridge.stepsDone({e}); }
        void operator()(const LayersMeasured& e) const { Q_EMIT bridge.layersMeasured(e); }
        void operator()(const EpochDone& e) const { Q_EMIT bridge.epochDone(e); }
        void operator()(const CheckpointSaved& e) const { Q_EMIT bridge.checkpointSaved(e); }
        void operator()(const ProbePredicted& e) const { Q_EMIT bridge.probePredicted(e); }
        void operator()(const PhaseChanged& e) const { Q_EMIT bridge.phaseChanged(e); }
        void operator()(const Message& e) const { Q_EMIT bridge.messageArrived(e); }
        void operator()(const RunFinished& e) const { Q_EMIT bridge.runFinished(e); }
        void operator()(const RunFailed& e) const { Q_EMIT bridge.runFailed(e); }
    };
    std::visit(Teller{*this}, event);
}

}  // namespace vit::ui
