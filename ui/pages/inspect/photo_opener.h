// SPDX-License-Identifier: GPL-3.0-or-later
// Opens photos from wherever they come: files, the clipboard, what is dropped, other pages. They are decoded off the
// GUI thread; one that is begun takes the place of the one before.
#pragma once

#include "ui/pages/inspect/photo.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>

class QMimeData;
class QWidget;

namespace vit::ui {

class Prompts;

class PhotoOpener : public QObject {
    Q_OBJECT

public:
    PhotoOpener(Prompts& prompts, QWidget* parent);

    // Where the file dialog begins; follows the photos that are opened.
    void setFolder(const QString& folder) { m_folder = folder; }

    // False: there is no such file to read, as failed() has said. What is no picture is found out later.
    bool openFile(const QString& path);
    void openByDialog();
    void paste();
    bool take(const QMimeData* mime, const QString& title);  // false: there is nothing to look at in it
    void openImage(std::shared_ptr<const Image> image, const QString& title, const QString& trueClass);
    void abandon() { m_decoding.abandon(); }

Q_SIGNALS:
    void opened(const vit::ui::Photo& photo);
    void failed(const QString& problem);

private:
    void decode(std::function<Photo()> decoder);

    Prompts& m_prompts;
    QWidget* m_parent;
    Job m_decoding;
    QString m_folder;
};

}  // namespace vit::ui
