// SPDX-License-Identifier: GPL-3.0-or-later
// Matches the worker's answers to the picture that is shown.
#include "ui/pages/inspect/prediction_feed.h"

#include "core/runs/run_store.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace vit::ui {

PredictionFeed::PredictionFeed(SessionBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge) {
    connect(&bridge, &SessionBridge::runStarted, this, &PredictionFeed::onRunStarted);
    // The best weights take the place of the last ones; after a failure there may be a model or none.
    connect(&bridge, &SessionBridge::runFinished, this, &PredictionFeed::ask);
    connect(&bridge, &SessionBridge::runFailed, this, &PredictionFeed::ask);
    connect(&bridge, &SessionBridge::modelOpened, this, &PredictionFeed::onModelOpened);
    connect(&bridge, &SessionBridge::probePredicted, this, &PredictionFeed::onProbePredicted);
    connect(&bridge, &SessionBridge::epochDone, this, [this] {
        if (m_choice && m_choice->isCurrent() && !isProbe()) ask();
    });
    connect(&bridge, &SessionBridge::modelRenewed, this, [this] {
        if (m_choice && m_choice->isCurrent()) ask();
    });
    connect(&m_lookup, &Job::failed, this, [this](const QString& problem) {
        m_model = Model::None;
        Q_EMIT unavailable(tr("The runs on this computer could not be read: %1").arg(problem));
    });
}

void PredictionFeed::setImage(std::shared_ptr<const Image> image) {
    m_image = std::move(image);
    m_probeName.clear();
    tellProbes();
    ask();
}

void PredictionFeed::setPinned(std::vector<std::shared_ptr<const Image>> images) {
    m_pinned = std::move(images);
    tellProbes();
}

bool PredictionFeed::isProbe() const {
    return m_pinned.size() < kMostProbes || std::find(m_pinned.begin(), m_pinned.end(), m_image) != m_pinned.end();
}

void PredictionFeed::tellProbes() {
    auto probes = m_pinned;
    const bool another = m_image && std::find(probes.begin(), probes.end(), m_image) == probes.end();
    if (another && probes.size() < kMostProbes) probes.push_back(m_image);
    m_bridge.setProbes(std::move(probes));
}

void PredictionFeed::setModelChoice(const std::optional<ModelChoice>& choice) {
    if (choice == m_choice) return;
    m_choice = choice;
    ask();
}

void PredictionFeed::setRun(const std::filesystem::path& folder) {
    m_run = folder;
    if (folder == m_modelFolder || m_bridge.busy()) return;
    m_lookup.abandon();
    m_model = Model::Unknown;
    ask();
}

void PredictionFeed::ask() {
    m_request = 0;
    if (!m_image || !m_choice) return;
    switch (m_model) {
        case Model::There: {
            m_request = ++m_lastRequest;
            const auto predict = [image = m_image](LoadedModel& model) { return model.predict(*image); };
            return m_bridge.ask(this, *m_choice, predict, [this, request = m_request](const Reply<Prediction>& reply) {
                onReply(request, reply);
            });
        }
        case Model::Unknown: return m_run.empty() ? lookForLastRun() : openRun();
        case Model::LookedFor: return Q_EMIT unavailable(tr("Opening the model that was trained last…"));
        case Model::Opening: return Q_EMIT unavailable(tr("Opening the model…"));
        case Model::None:
            return Q_EMIT unavailable(m_bridge.busy() ? tr("Training is about to begin…")
                                                      : tr("No model yet: click Train, or open a run."));
    }
}

void PredictionFeed::lookForLastRun() {
    if (m_bridge.busy()) return Q_EMIT unavailable(tr("Training is about to begin…"));
    m_model = Model::LookedFor;
    Q_EMIT unavailable(tr("Opening the model that was trained last…"));
    m_lookup.run(
        [folder = m_bridge.options().runsFolder](const Progress&) { return RunStore(folder).lastTrained(); },
        [this](const std::optional<RunSummary>& run) {
            if (m_model != Model::LookedFor) return;  // a run or a model came first
            m_model = Model::None;
            const std::filesystem::path folder = run ? run->folder : m_bridge.options().includedModel;
            if (!folder.empty() && !m_bridge.busy()) {
                m_model = Model::Opening;
                m_bridge.openModel(folder);
            }
            ask();
        });
}

void PredictionFeed::openRun() {
    if (m_bridge.busy()) return Q_EMIT unavailable(tr("Training is about to begin…"));
    m_model = Model::Opening;
    Q_EMIT unavailable(tr("Opening the model…"));
    m_bridge.openModel(m_run);
}

void PredictionFeed::onRunStarted(const RunStarted& event) {
    m_run = event.runFolder;
    useModel(event.runFolder, event.config);
}

void PredictionFeed::onModelOpened(const ModelOpened& event) {
    if (!event.problem.empty()) {
        if (m_model == Model::There) return;  // the model before it still answers
        m_model = Model::None;
        m_modelFolder.clear();  // though the worker still holds the one before it
        Q_EMIT modelMissing();
        Q_EMIT unavailable(tr("The model of %1 could not be opened: %2")
                               .arg(QString::fromStdString(event.runName), QString::fromStdString(event.problem)));
        return;
    }
    useModel(event.runFolder, event.config);
}

void PredictionFeed::useModel(const std::string& folder, const Config& config) {
    m_lookup.abandon();
    m_modelFolder = folder;
    m_model = Model::There;
    Q_EMIT modelChanged(config);
    ask();
}

void PredictionFeed::onReply(std::uint64_t request, const Reply<Prediction>& reply) {
    if (request != m_request) return;  // of a picture or a model before
    m_request = 0;
    if (reply.answer) Q_EMIT predicted(*reply.answer);
    else Q_EMIT unavailable(QString::fromStdString(reply.problem));
}

void PredictionFeed::onProbePredicted(const ProbePredicted& event) {
    if (!m_image || !m_choice || !m_choice->isCurrent() || event.image != m_probeName) return;
    // Without a name it may be of the picture before while an answer is still to come.
    if (event.image.empty() && m_request != 0) return;
    Q_EMIT predicted(event.prediction);
}

}  // namespace vit::ui
