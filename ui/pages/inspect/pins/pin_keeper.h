// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the pinned pictures from one start to the next. Those that are no files, images of data sets and what was
// pasted, become some.
#pragma once

#include "ui/pages/inspect/photo.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>

namespace vit::ui {

class PinnedPictures;

class PinKeeper : public QObject {
    Q_OBJECT

public:
    PinKeeper(PinnedPictures& pictures, QObject* parent = nullptr);

    // Pins these files; one that is gone says so. From now on pictures that are no files become some in `folder`,
    // unless it is empty.
    void pinAgain(const QStringList& paths, const QString& folder);

Q_SIGNALS:
    void kept();  // some have a path now
    void failed(const QString& problem);

private:
    void onChange();
    void keep();
    void forget();  // removes the files of those that are pinned no longer

    PinnedPictures& m_pictures;
    Job m_reading;
    Job m_writing;
    QString m_folder;
    QSet<QString> m_files;  // of those that are pinned
};

}  // namespace vit::ui
