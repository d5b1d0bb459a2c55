// SPDX-License-Identifier: GPL-3.0-or-later
// Says at once what cannot be read, and decodes the rest.
#include "ui/pages/inspect/photo_opener.h"

#include "ui/bridge/prompts.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMimeData>
#include <QStandardPaths>
#include <QUrl>
#include <QWidget>

#include <utility>

namespace vit::ui {

PhotoOpener::PhotoOpener(Prompts& prompts, QWidget* parent)
    : QObject(parent),
      m_prompts(prompts),
      m_parent(parent),
      m_folder(QStandardPaths::writableLocation(QStandardPaths::PicturesLocation)) {
    connect(&m_decoding, &Job::failed, this, &PhotoOpener::failed);
}

bool PhotoOpener::openFile(const QString& path) {
    const QFileInfo file(path);
    QString problem;
    if (!file.exists()) problem = tr("%1 is not there any more.").arg(path);
    else if (file.isDir()) problem = tr("%1 is a folder. Open a photo in it.").arg(path);
    else if (!file.isReadable()) problem = tr("%1 may not be read: allow reading it, or open a copy.").arg(path);
    if (!problem.isEmpty()) {
        Q_EMIT failed(problem);
        return false;
    }
    m_folder = file.absolutePath();
    decode([path] { return loadPhoto(path); });
    return true;
}

void PhotoOpener::openByDialog() {
    const QString path = m_prompts.openFile(m_parent, tr("Open photo"), m_folder, imageFilter());
    if (!path.isEmpty()) openFile(path);
}

void PhotoOpener::paste() {
    if (!take(QGuiApplication::clipboard()->mimeData(), tr("Pasted picture")))
        Q_EMIT failed(tr("There is no picture on the clipboard. Copy one, or an image file, and paste again."));
}

bool PhotoOpener::take(const QMimeData* mime, const QString& title) {
    if (!mime) return false;
    for (const QUrl& url : mime->urls()) {
        if (!url.isLocalFile()) continue;
        openFile(url.toLocalFile());
        return true;
    }
    if (!mime->hasImage()) return false;
    decode([image = mime->imageData().value<QImage>(), title] { return photoFromQImage(image, title); });
    return true;
}

void PhotoOpener::openImage(std::shared_ptr<const Image> image, const QString& title, const QString& trueClass) {
    decode([image = std::move(image), title, trueClass] { return photoFromImage(image, title, trueClass); });
}

void PhotoOpener::decode(std::function<Photo()> decoder) {
    m_decoding.run([decoder = std::move(decoder)](const Progress&) { return decoder(); },
                   [this](const Photo& photo) { Q_EMIT opened(photo); });
}

}  // namespace vit::ui
