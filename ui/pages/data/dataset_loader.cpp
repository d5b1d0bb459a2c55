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

bool DatasetLoader::isCurrent(const QString& name, std::int64_t imageSize) const {
    if (name != m_name) return false;
    if (m_job.running()) return imageSize == m_imageSize;
    if (!m_dataset) return false;
    return imageSize == m_imageSize || !m_info.anySize;
}

void DatasetLoader::load(const QString& name, std::int64_t imageSize) {
    if (isCurrent(name, imageSize)) return;
    m_name = name;
    m_imageSize = imageSize;
    m_dataset.reset();
    m_job.run(
        [store = m_store, name = m_name.toStdString(), imageSize = m_imageSize](const Progress& progress) {
            return Opened{store->info(name), store->open(name, imageSize, progress)};
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
