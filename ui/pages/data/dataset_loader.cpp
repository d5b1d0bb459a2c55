// SPDX-License-Identifier: GPL-3.0-or-later
// A thin job around DataStore::open.
#include "ui/pages/data/dataset_loader.h"

#include <utility>

namespace vit::ui {

DatasetLoader::DatasetLoader(std::shared_ptr<DataStore> store, QObject* parent)
    : QObject(parent), m_store(std::move(store)) {
    connect(&m_job, &Job::progressed, this, &DatasetLoader::progressed);
    connect(&m_job, &Job::failed, this, &DatasetLoader::failed);
    connect(&m_job, &Job::cancelled, this, [this] { Q_EMIT failed(tr("Loading was cancelled.")); });
}

bool DatasetLoader::isCurrent(const QString& name, const ImageSize& size) const {
    if (name != m_name) return false;
    if (m_job.running()) return size == m_size;
    if (!m_dataset) return false;
    return size == m_size || !m_info.anySize;
}

void DatasetLoader::load(const QString& name, const ImageSize& size) {
    if (isCurrent(name, size)) return;
    m_name = name;
    m_size = size;
    m_dataset.reset();
    m_job.run(
        [store = m_store, name = m_name.toStdString(), size = m_size](const Progress& progress) {
            return Opened{store->info(name), store->open(name, size, progress)};
        },
        [this](Opened opened) {
            m_info = std::move(opened.info);
            m_dataset = std::move(opened.dataset);
            Q_EMIT loaded();
        });
}

void DatasetLoader::forget() {
    m_job.abandon();
    m_dataset.reset();
}

}  // namespace vit::ui
