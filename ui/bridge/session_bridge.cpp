// SPDX-License-Identifier: GPL-3.0-or-later
// Collects events and answers under a private mutex and delivers them by one queued drain at a time.
#include "ui/bridge/session_bridge.h"

#include "core/base/error.h"
#include "core/jobs/run_elsewhere.h"
#include "core/runs/run_files.h"
#include "ui/bridge/elsewhere_run.h"

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

void SessionBridge::train(TrainRequest request, const TrainingPlace& place) {
    if (place.isHere()) m_session->train(std::move(request));
    else trainElsewhere(request, place);
    Q_EMIT runRequested();
}

void SessionBridge::evaluate(const std::filesystem::path& runFolder) {
    m_session->evaluate(runFolder, [this](const RunEvaluated& evaluated) {
        post([this, evaluated] { Q_EMIT runEvaluated(evaluated); });
    });
    Q_EMIT evaluationRequested();
}

void SessionBridge::requestStop() {
    if (m_elsewhere) m_elsewhere->stop();
    else m_session->requestStop();
}

void SessionBridge::requestPause() {
    if (m_elsewhere) return m_elsewhere->pause(true);
    m_session->requestPause();
    Q_EMIT pauseChanged(true);
}

void SessionBridge::requestContinue() {
    if (m_elsewhere) return m_elsewhere->pause(false);
    m_session->requestContinue();
    Q_EMIT pauseChanged(false);
}

bool SessionBridge::busy() const { return m_elsewhere || m_session->busy(); }

bool SessionBridge::paused() const { return m_elsewhere ? m_elsewhere->paused() : m_session->paused(); }

void SessionBridge::openModel(const std::filesystem::path& runFolder) {
    if (m_elsewhere) {  // as the session does it: what is trained is asked until it has ended
        m_openAfter = runFolder;
        return;
    }
    m_session->openModel(runFolder, [this](const ModelOpened& model) {
        post([this, model] {
            if (model.problem.empty()) m_noModel.clear();
            Q_EMIT modelOpened(model);
        });
    });
}

void SessionBridge::setProbes(std::vector<std::shared_ptr<const Image>> images) {
    std::erase_if(images, [](const auto& image) { return !image || image->empty(); });
    const bool others = images != m_probes;
    m_probes = images;
    m_session->setProbes(std::move(images));
    if (m_elsewhere && others) m_elsewhere->setPictures(m_probes);
}

void SessionBridge::trainElsewhere(const TrainRequest& request, const TrainingPlace& place) {
    JobRequest job;
    job.config = request.config;
    job.label = request.label;
    job.extension = request.extension;
    // As many processes as there are GPUs; on a processor one uses all of it.
    job.ranks = request.config.run.device == DeviceChoice::Cpu ? 1 : 0;
    QString host = place.host;
    if (const auto about = request.resumeFrom.empty() ? std::nullopt : readRunElsewhere(request.resumeFrom)) {
        job.resumeFrom = about->run;
        host = QString::fromStdString(about->host);
    } else if (!request.resumeFrom.empty()) {
        job.resumeFrom = request.resumeFrom.filename().string();
    }
    if (host.isEmpty()) job.niceness = m_options.niceness;
    makeElsewhere(host).begin(std::move(job), m_probes, request.resumeFrom);
}

void SessionBridge::takeUpUnfinished() {
    m_unfinished.run(
        [folder = m_options.runsFolder](const Progress&) { return unfinishedElsewhere(folder); },
        [this](const std::vector<std::filesystem::path>& runs) {
            const auto next = std::find_if(runs.begin(), runs.end(), [this](const std::filesystem::path& run) {
                return std::find(m_left.begin(), m_left.end(), run) == m_left.end();
            });
            if (next == runs.end() || busy()) return;
            const std::optional<RunElsewhere> about = readRunElsewhere(*next);
            if (!about) return;
            makeElsewhere(QString::fromStdString(about->host)).takeUp(*next, *about);
            Q_EMIT runRequested();
        });
}

QString SessionBridge::elsewhere() const { return m_elsewhere ? placeName(m_elsewhere->host()) : QString(); }

bool SessionBridge::connectionLost() const { return m_elsewhere && m_elsewhere->connectionLost(); }

void SessionBridge::leaveElsewhere() {
    if (!m_elsewhere) return;
    m_left.push_back(m_elsewhere->mirror());
    RunFailed left;
    if (m_elsewhere->hasBegun()) left.runName = m_elsewhere->mirror().filename().string();
    left.text = tr("The run goes on on %1, but is not followed any more. It is taken up again at the next start of the "
                   "window.").arg(elsewhere()).toStdString();
    m_elsewhere->disconnect(this);
    onElsewhereEnded(left);
}

ElsewhereRun& SessionBridge::makeElsewhere(const QString& host) {
    m_elsewhere = std::make_unique<ElsewhereRun>(
        m_programs, host, ElsewhereRun::Folders{m_options.dataFolder, m_options.runsFolder});
    connect(m_elsewhere.get(), &ElsewhereRun::arrived, this, &SessionBridge::onElsewhere);
    connect(m_elsewhere.get(), &ElsewhereRun::told, this, [this](const Event& event) { post(event); });
    connect(m_elsewhere.get(), &ElsewhereRun::pauseChanged, this, [this](bool paused) {
        post([this, paused] { Q_EMIT pauseChanged(paused); });
    });
    connect(m_elsewhere.get(), &ElsewhereRun::weightsArrived, this, &SessionBridge::renewModel);
    connect(m_elsewhere.get(), &ElsewhereRun::ended, this, &SessionBridge::onElsewhereEnded);
    return *m_elsewhere;
}

void SessionBridge::onElsewhere(const Event& event) {
    if (std::holds_alternative<RunStarted>(event)) {
        m_noModel = tr("The model learns on %1. Its weights come here whenever it is better than before, at first "
                       "after an epoch.").arg(elsewhere()).toStdString();
    }
    post(event);
    const bool goesOn = std::holds_alternative<RunStarted>(event) &&
                        run_files::isThere(m_elsewhere->mirror() / run_files::kBestWeights);
    if (goesOn) renewModel();
}

// One at a time: epochs may be shorter than it takes to open a model.
void SessionBridge::renewModel() {
    m_openAgain = m_opening;
    if (m_opening || !m_elsewhere) return;
    m_opening = true;
    m_session->openModel(m_elsewhere->mirror(), [this](const ModelOpened& model) {
        post([this, good = model.problem.empty(), epoch = model.epoch] {
            m_opening = false;
            if (good) {
                if (!m_noModel.empty() && m_elsewhere) {
                    tell(Message{Severity::Info,
                                 tr("Pictures are predicted and looked at here from now on, with the newest of the "
                                    "best weights that have come from %1: those of epoch %2 at first.")
                                     .arg(elsewhere()).arg(epoch).toStdString()});
                }
                m_noModel.clear();
                Q_EMIT modelRenewed();
            }
            if (std::exchange(m_openAgain, false)) renewModel();
        });
    });
}

// The best weights are opened before the end is told: whoever asks then asks them, as after a run here.
void SessionBridge::onElsewhereEnded(const Event& last) {
    const auto end = [this, last] {
        post([this, last] {
            m_elsewhere.reset();
            tell(last);
            if (const auto wanted = std::exchange(m_openAfter, {}); !wanted.empty()) openModel(wanted);
            takeUpUnfinished();
        });
    };
    if (!m_elsewhere->hasBegun()) return end();
    m_session->openModel(m_elsewhere->mirror(), [this, end](const ModelOpened& model) {
        // Else the model before it would answer in its name.
        post([this, good = model.problem.empty()] {
            m_noModel = good ? std::string()
                             : tr("This run has no weights yet that could be asked: resume it, or open another run.")
                                   .toStdString();
        });
        end();
    });
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
        void operator()(const RunStarted& e) const {
            if (!bridge.m_elsewhere) bridge.m_noModel.clear();
            Q_EMIT bridge.runStarted(e);
        }
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
