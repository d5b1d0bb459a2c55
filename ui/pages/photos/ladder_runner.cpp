// SPDX-License-Identifier: GPL-3.0-or-later
// The hand-over of trainings.
#include "ui/pages/photos/ladder_runner.h"

#include "core/base/error.h"
#include "core/data/store/data_store.h"
#include "core/runs/run_about.h"
#include "core/runs/run_store.h"
#include "ui/bridge/session_bridge.h"

#include <chrono>
#include <utility>

namespace vit::ui {

namespace {

Climbed withBest(LadderResult result, const LadderRequest& request) {
    Climbed climbed;
    const RungResult* best = bestRung(result, true);
    if (best != nullptr && !best->run.empty()) {
        EvaluationSubject subject;
        subject.run = runName(best->run);
        subject.data = request.data;
        subject.split = splitName(Split::Test);
        climbed.bestRun = best->run;
        climbed.best = std::make_shared<EvaluatedSplit>(
            EvaluatedSplit{evaluated(std::move(subject), {result.photos->classNames(), {}}, best->answers), result.photos,
                           QString::fromStdString(request.data), DataConfig{.name = request.data, .validationShare = 0},
                           Split::Test});
    }
    climbed.ladder = std::make_shared<const LadderResult>(std::move(result));
    return climbed;
}

}  // namespace

LadderRunner::LadderRunner(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_store(std::move(store)) {
    connect(&m_job, &Job::progressed, this, &LadderRunner::progressed);
    connect(&m_job, &Job::failed, this, &LadderRunner::failed);
    connect(&m_job, &Job::cancelled, this, &LadderRunner::cancelled);
    connect(&bridge, &SessionBridge::stepsDone, this, [this](const std::vector<StepDone>& steps) {
        if (!m_trains || steps.empty()) return;
        const StepDone& last = steps.back();
        const std::lock_guard lock(m_training.mutex);
        m_training.done = last.step;
        m_training.text = tr("epoch %1").arg(last.epoch).toStdString();
    });
    connect(&bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) {
        const std::lock_guard lock(m_training.mutex);
        m_training.total = run.stepsPerEpoch * run.config.run.epochs;
    });
    connect(&bridge, &SessionBridge::runFinished, this,
            [this](const RunFinished& run) { onEnded(run, std::nullopt); });
    connect(&bridge, &SessionBridge::runFailed, this, [this](const RunFailed& run) { onEnded(std::nullopt, run.text); });
}

template <typename Call>
void LadderRunner::onGuiThread(Call call) {
    QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection);
}

void LadderRunner::start(const LadderRequest& request) {
    const auto climbAll = [this, request, runs = RunStore(m_bridge.options().runsFolder)](const Progress& progress) {
        LadderHost host;
        host.progress = progress;
        host.began = [this](Rung rung) {
            onGuiThread([this, rung] {
                if (running()) Q_EMIT began(rung);
            });
        };
        host.changed = [this](const LadderResult& result) {
            onGuiThread([this, copy = std::make_shared<const LadderResult>(result)] {
                if (running()) Q_EMIT changed(copy);
            });
        };
        host.train = [this, &progress](const TrainRequest& wanted) { return train(wanted, progress); };
        return withBest(climb(request, *m_store, runs, host), request);
    };
    m_job.run(climbAll, [this](const Climbed& climbed) { Q_EMIT this->climbed(climbed); });
}

RunFinished LadderRunner::train(const TrainRequest& request, const Progress& progress) {
    using namespace std::chrono_literals;
    std::unique_lock lock(m_training.mutex);
    m_training.finished.reset();
    m_training.failure.reset();
    m_training.text.clear();
    m_training.done = m_training.total = 0;
    onGuiThread([this, request] {
        m_trains = true;
        m_bridge.train(request);
    });
    while (!m_training.finished && !m_training.failure) {
        m_training.ended.wait_for(lock, 50ms);
        const std::string what = request.label + (m_training.text.empty() ? "" : ", " + m_training.text);
        if (progress(what, m_training.done, m_training.total)) continue;
        onGuiThread([this] {
            if (m_trains) m_bridge.requestStop();
        });
        throw Cancelled();
    }
    if (m_training.failure) throw Error(*m_training.failure);
    if (m_training.finished->reason == StopReason::Stopped) throw Cancelled();  // by the toolbar
    return *m_training.finished;
}

void LadderRunner::onEnded(std::optional<RunFinished> finished, std::optional<std::string> failure) {
    if (!std::exchange(m_trains, false)) return;
    const std::lock_guard lock(m_training.mutex);
    m_training.finished = std::move(finished);
    m_training.failure = std::move(failure);
    m_training.ended.notify_all();
}

}  // namespace vit::ui
