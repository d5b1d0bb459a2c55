// SPDX-License-Identifier: GPL-3.0-or-later
// Renders in small batches, newest wishes first: while one scrolls, what has left the view is not waited for.
#include "ui/pages/data/background_thumbnails.h"

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr std::size_t kBatch = 24;
constexpr std::size_t kMostWanted = 600;           // more than a large screen holds
constexpr int kCacheBytes = 64 * 1024 * 1024;

struct Rendered {
    std::int64_t position = 0;
    QImage image;
};

}  // namespace

BackgroundThumbnails::BackgroundThumbnails(QObject* parent) : QObject(parent), m_rendered(kCacheBytes) {
    connect(&m_job, &Job::failed, this, [this](const QString& problem) {
        m_failed = true;
        m_wanted.clear();
        Q_EMIT failed(problem);
    });
}

void BackgroundThumbnails::reset(std::shared_ptr<const DatasetSelection> selection, Make make) {
    m_job.abandon();
    m_selection = std::move(selection);
    m_make = std::move(make);
    m_rendered.clear();
    m_wanted.clear();
    m_failed = false;
}

QImage BackgroundThumbnails::find(std::int64_t position) {
    if (const QImage* image = m_rendered.object(position)) return *image;
    if (m_failed || !m_selection) return {};
    std::erase(m_wanted, position);
    m_wanted.push_back(position);
    if (m_wanted.size() > kMostWanted) m_wanted.erase(m_wanted.begin());
    if (!m_job.running()) renderNext();
    return {};
}

void BackgroundThumbnails::renderNext() {
    if (m_wanted.empty()) return;
    const std::size_t count = std::min(kBatch, m_wanted.size());
    const std::vector<std::int64_t> batch(m_wanted.end() - static_cast<std::ptrdiff_t>(count), m_wanted.end());
    m_job.run(
        [selection = m_selection, make = m_make, batch](const Progress& progress) {
            std::vector<Rendered> results;
            for (const std::int64_t position : batch) {
                if (!progress({}, 0, 0)) throw Cancelled();
                results.push_back({position, make(*selection, position)});
            }
            return results;
        },
        [this](const std::vector<Rendered>& results) {
            for (const Rendered& result : results) {
                std::erase(m_wanted, result.position);
                m_rendered.insert(result.position, new QImage(result.image), result.image.sizeInBytes());
            }
            for (const Rendered& result : results) Q_EMIT rendered(result.position);
            renderNext();
        });
}

}  // namespace vit::ui
