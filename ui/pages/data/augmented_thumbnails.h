// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures as a training step would see them, rendered off the GUI thread when they come into view.
#pragma once

#include "core/config/config.h"
#include "ui/pages/data/dataset_selection.h"
#include "ui/widgets/job.h"

#include <QCache>
#include <QImage>
#include <QObject>

#include <cstdint>
#include <memory>
#include <vector>

namespace vit::ui {

class AugmentedThumbnails : public QObject {
    Q_OBJECT

public:
    explicit AugmentedThumbnails(QObject* parent = nullptr);

    // Forgets what was rendered; the same seed gives the same pictures.
    void reset(std::shared_ptr<const DatasetSelection> selection, const Config& config, std::uint64_t seed);

    // Null while it is being rendered; rendered() tells when it is there.
    QImage find(std::int64_t position);

Q_SIGNALS:
    void rendered(qint64 position);
    void failed(const QString& problem);

private:
    void renderNext();

    Job m_job;
    std::shared_ptr<const DatasetSelection> m_selection;
    Config m_config;
    std::uint64_t m_seed = 0;
    QCache<qint64, QImage> m_rendered;
    std::vector<std::int64_t> m_wanted;  // the last one is the most urgent
    bool m_failed = false;               // said once; it would be the same for each picture
};

}  // namespace vit::ui
