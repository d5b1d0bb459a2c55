// SPDX-License-Identifier: GPL-3.0-or-later
// Renders in small batches, newest wishes first: while one scrolls, what has left the view is not waited for.
#include "ui/pages/data/augmented_thumbnails.h"

#include "core/input/augmented_samples.h"
#include "ui/widgets/qimage_convert.h"

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

AugmentedThumbnails::AugmentedThumbnails(QObject* parent) : QObject(parent), m_rendered(kCacheBytes) {
    connect(&m_job, &Job::failed, this, [this](const QString& problem) {
        m_failed = true;
        m_wanted.clear();
        Q_EMIT failed(problem);
    });
}

void AugmentedThumbnails::reset(std::shared_ptr<const DatasetSelection> selection, const Config& config,
                                std::uint64_t seed) {
    m_job.abandon();
    m_selection = std::move(selection);
    m_config = config;
    m_seed = seed;
    m_rendered.clear();
    m_wanted.clear();
    m_failed = false;
}

QImage AugmentedThumbnails::find(std::int64_t position) {
    if (const QImage* image = m_rendered.object(position)) return *image;
    if (m_failed || !m_selection) return {};
    std::erase(m_wanted, position);
    m_wanted.push_back(position);
    if (m_wanted.size() > kMostWanted) m_wanted.erase(m_wanted.begin());
    if (!m_job.running()) renderNext();
    return {};
}

void AugmentedThumbnails::renderNext() {
    if (m_wanted.empty()) return;
    const std::size_t count = std::min(kBatch, m_wanted.size());
    const std::vector<std::int64_t> batch(m_wanted.end() - static_cast<std::ptrdiff_t>(count), m_wanted.end());
    m_job.run(
        [selection = m_selection, config = m_config, seed = m_seed, batch](const Progress& progress) {
            std::vector<Rendered> results;
            for (const std::int64_t position : batch) {
                if (!progress({}, 0, 0)) throw Cancelled();
                // Another seed for each image: otherwise all would be turned the same way.
                const std::uint64_t own = seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(position);
                const std::vector<Image> samples = augmentedSamples(*selection->image(position), config, 1, own);
                results.push_back({position, toQImage(samples.front())});
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
