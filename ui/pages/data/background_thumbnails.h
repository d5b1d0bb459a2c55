// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures that take a while to make, rendered off the GUI thread when they come into view.
#pragma once

#include "ui/pages/data/dataset_selection.h"
#include "ui/widgets/job.h"

#include <QCache>
#include <QImage>
#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace vit::ui {

class BackgroundThumbnails : public QObject {
    Q_OBJECT

public:
    // Called on another thread; what it throws is told once by failed(), and no more are made.
    using Make = std::function<QImage(const DatasetSelection& images, std::int64_t position)>;

    explicit BackgroundThumbnails(QObject* parent = nullptr);

    // Forgets what was rendered.
    void reset(std::shared_ptr<const DatasetSelection> selection, Make make);

    // Null while it is being rendered; rendered() tells when it is there.
    QImage find(std::int64_t position);

Q_SIGNALS:
    void rendered(qint64 position);
    void failed(const QString& problem);

private:
    void renderNext();

    Job m_job;
    std::shared_ptr<const DatasetSelection> m_selection;
    Make m_make;
    QCache<qint64, QImage> m_rendered;
    std::vector<std::int64_t> m_wanted;  // the last one is the most urgent
    bool m_failed = false;               // said once; it would be the same for each picture
};

}  // namespace vit::ui
