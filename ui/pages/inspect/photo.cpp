// SPDX-License-Identifier: GPL-3.0-or-later
// Reading photos with the engine's decoder, so that the window and the command line see the same pixels.
#include "ui/pages/inspect/photo.h"

#include "core/base/error.h"
#include "ui/widgets/qimage_convert.h"

#include <QFileInfo>

#include <utility>

namespace vit::ui {

Photo loadPhoto(const QString& path) {
    const QFileInfo file(path);
    auto image = std::make_shared<const Image>(loadImage(file.absoluteFilePath().toStdString()));
    Photo photo = photoFromImage(std::move(image), file.fileName());
    photo.path = file.absoluteFilePath();
    return photo;
}

Photo photoFromQImage(const QImage& image, const QString& title) {
    if (image.isNull()) throw Error("There is no picture in what was pasted or dropped.");
    return photoFromImage(std::make_shared<const Image>(fromQImage(image)), title);
}

Photo photoFromImage(std::shared_ptr<const Image> image, const QString& title, const QString& trueClass) {
    Photo photo;
    photo.full = shareAsQImage(image);
    photo.image = std::move(image);
    photo.title = title;
    photo.trueClass = trueClass;
    const bool large = photo.full.width() > kPreviewSide || photo.full.height() > kPreviewSide;
    photo.preview = large ? photo.full.scaled(kPreviewSide, kPreviewSide, Qt::KeepAspectRatio, Qt::SmoothTransformation)
                          : photo.full;
    return photo;
}

}  // namespace vit::ui
