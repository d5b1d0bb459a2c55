// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a data set off the GUI thread, and again only when another one is meant.
#pragma once

#include "core/data/store/data_store.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>

namespace vit::ui {

class DatasetLoader : public QObject {
    Q_OBJECT

public:
    explicit DatasetLoader(std::shared_ptr<DataStore> store, QObject* parent = nullptr);

    // Opens what the name and size stand for unless it is open or being opened; `size` matters for folders of images
    // only. Ends as loaded() or failed().
    void load(const QString& name, const ImageSize& size);
    void cancel() { m_job.cancel(); }  // ends as failed()
    void forget();                     // lets go of what is open or being opened, in silence

    const std::shared_ptr<const Dataset>& dataset() const { return m_dataset; }  // null: none is open
    const QString& name() const { return m_name; }  // the last one asked for
    bool loading() const { return m_job.running(); }

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void loaded();
    void failed(const QString& problem);

private:
    struct Opened {
        DataInfo info;
        std::shared_ptr<const Dataset> dataset;
    };

    bool isCurrent(const QString& name, const ImageSize& size) const;

    std::shared_ptr<DataStore> m_store;
    Job m_job;
    QString m_name;
    ImageSize m_size;
    DataInfo m_info;
    std::shared_ptr<const Dataset> m_dataset;
};

}  // namespace vit::ui
