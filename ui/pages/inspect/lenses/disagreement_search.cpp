// SPDX-License-Identifier: GPL-3.0-or-later
// Epoch by epoch, the one run and then the other.
#include "ui/pages/inspect/lenses/disagreement_search.h"

#include <utility>

namespace vit::ui {

DisagreementSearch::DisagreementSearch(SessionBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge) {
    connect(&m_reading, &Job::failed, this, [this](const QString& problem) {
        cancel();
        Q_EMIT failed(problem);
    });
}

void DisagreementSearch::start(const std::filesystem::path& first, const std::filesystem::path& second,
                               std::shared_ptr<const Image> image) {
    std::vector<std::int64_t> epochs = sharedEpochs(first, second);
    const bool same = first == m_first && second == m_second && image == m_image && epochs == m_epochs;
    if (same && m_going) return;
    if (same && m_known) return Q_EMIT found(m_found);
    cancel();
    m_first = first;
    m_second = second;
    m_image = std::move(image);
    m_epochs = std::move(epochs);
    m_going = true;
    m_reading.run([=, image = m_image](const Progress&) { return pinnedDisagreement(first, second, image); },
                  [this](const Disagreement& pinned) { begin(pinned); });
}

void DisagreementSearch::cancel() {
    ++m_request;
    m_going = m_known = false;
    m_reading.abandon();
}

void DisagreementSearch::begin(const Disagreement& pinned) {
    m_found = pinned;
    if (pinned.compared > 0) return end();
    m_found = {};
    askNext();
}

void DisagreementSearch::end() {
    m_going = false;
    m_known = true;
    Q_EMIT found(m_found);
}

void DisagreementSearch::askNext() {
    const auto done = static_cast<std::size_t>(m_found.compared);
    if (m_found.epoch > 0 || done == m_epochs.size()) return end();
    Q_EMIT progressed(m_found.compared, static_cast<qint64>(m_epochs.size()));
    const auto answer = [image = m_image](LoadedModel& model) { return model.predict(*image, 1).top.front().name; };
    for (const std::filesystem::path& run : {m_first, m_second}) {
        m_bridge.ask(this, ModelChoice{run, m_epochs[done]}, answer,
                     [this, request = m_request, run](const Reply<std::string>& reply) {
                         if (request == m_request) onAnswer(run, reply);
                     });
    }
}

void DisagreementSearch::onAnswer(const std::filesystem::path& run, const Reply<std::string>& reply) {
    if (!reply.answer) {
        cancel();
        return Q_EMIT failed(QString::fromStdString(reply.problem));
    }
    if (run == m_first) {
        m_found.first = *reply.answer;
        return;
    }
    m_found.second = *reply.answer;
    const std::int64_t epoch = m_epochs[static_cast<std::size_t>(m_found.compared++)];
    if (m_found.first != m_found.second) m_found.epoch = epoch;
    askNext();
}

}  // namespace vit::ui
