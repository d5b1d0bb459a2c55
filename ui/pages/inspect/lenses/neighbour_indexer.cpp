// SPDX-License-Identifier: GPL-3.0-or-later
// One short question after the other.
#include "ui/pages/inspect/lenses/neighbour_indexer.h"

#include "core/base/error.h"
#include "core/data/store/data_store.h"
#include "ui/pages/data/dataset_loader.h"

#include <QElapsedTimer>

#include <utility>

namespace vit::ui {

namespace {

constexpr std::int64_t kFirstImages = 16;
constexpr qint64 kPartMs = 80;  // about how long the model may be held up for others

}  // namespace

NeighbourIndexer::NeighbourIndexer(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_loader(new DatasetLoader(std::move(store), this)) {
    connect(m_loader, &DatasetLoader::progressed, this, [this](const QString& what, qint64 done, qint64 total) {
        if (running()) Q_EMIT progressed(what, done, total);
    });
    connect(m_loader, &DatasetLoader::loaded, this, [this] {
        if (running()) begin();
    });
    connect(m_loader, &DatasetLoader::failed, this, [this](const QString& problem) {
        if (running()) fail(problem);
    });
}

void NeighbourIndexer::start(const ModelChoice& choice, const Config& config, Split split) {
    cancel();
    m_request = ++m_lastRequest;
    m_choice = choice;
    m_config = config;
    m_split = split;
    const QString name = QString::fromStdString(config.data.name);
    Q_EMIT progressed(tr("Opening %1").arg(name), 0, 0);
    m_loader->load(name, config.model.inputSize());
}

void NeighbourIndexer::cancel() {
    m_request = 0;
    m_loader->forget();  // an index has what it needs of it
}

void NeighbourIndexer::fail(const QString& problem) {
    cancel();
    Q_EMIT failed(problem);
}

void NeighbourIndexer::begin() {
    m_images = kFirstImages;
    const auto question = [dataset = m_loader->dataset(), split = m_split, data = m_config.data](LoadedModel& model) {
        return Part{beginIndex(model, {dataset, split, data}), 0, 0};
    };
    ask(question);
}

template <typename Question>
void NeighbourIndexer::ask(Question question) {
    m_bridge.ask(this, m_choice, std::move(question), [this, request = m_request](const Reply<Part>& reply) {
        if (request == m_request && running()) onPart(reply);
    });
}

void NeighbourIndexer::onPart(const Reply<Part>& reply) {
    if (!reply.answer) return fail(QString::fromStdString(reply.problem));
    const Part& part = *reply.answer;
    const std::int64_t total = part.index->images.count();
    if (part.done == total) {
        cancel();
        return Q_EMIT indexed(part.index);
    }
    Q_EMIT progressed(tr("Looking through the %1 images").arg(splitName(m_split)), part.done, total);
    if (part.done > 0 && part.milliseconds < kPartMs / 2) m_images *= 2;
    if (part.milliseconds > kPartMs * 2 && m_images > 1) m_images /= 2;
    ask([index = part.index, count = m_images](LoadedModel&) {
        QElapsedTimer clock;
        clock.start();
        extendIndex(*index, count);
        return Part{index, index->count(), clock.elapsed()};
    });
}

}  // namespace vit::ui
