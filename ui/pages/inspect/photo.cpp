// SPDX-License-Identifier: GPL-3.0-or-later
// Reading photos with the engine's decoder, so that the window and the command line see the same pixels.
#include "ui/pages/inspect/photo.h"

#include "core/base/error.h"
#include "ui/widgets/qimage_convert.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QImageReader>
#include <QImageWriter>
#include <QRegularExpression>
#include <QSaveFile>

#include <utility>

namespace vit::ui {

namespace {

// In a kept picture's PNG.
const QString kTitle = QStringLiteral("vit-workbench-title");
const QString kTrueClass = QStringLiteral("vit-workbench-class");

// "cifar-100-test-12-3f2a9c0d.png": the same picture of the same title has the same file.
QString keptName(const Photo& photo) {
    QCryptographicHash hash(QCryptographicHash::Sha1);
    const std::vector<std::uint8_t>& pixels = photo.image->pixels;
    hash.addData(QByteArrayView(reinterpret_cast<const char*>(pixels.data()), qsizetype(pixels.size())));
    hash.addData((photo.title + '\n' + photo.trueClass).toUtf8());
    static const QRegularExpression other(QStringLiteral("[^A-Za-z0-9-]+"));
    const QString title = QString(photo.title).replace(other, "-").left(60);
    return title + '-' + QString::fromLatin1(hash.result().toHex().left(8)) + ".png";
}

}  // namespace

Photo loadPhoto(const QString& path) {
    const QFileInfo file(path);
    Image image = loadImage(file.absoluteFilePath().toStdString());
    const QImageReader about(file.absoluteFilePath());
    const QString title = about.text(kTitle);
    const bool grey = !title.isEmpty() && about.imageFormat() == QImage::Format_Grayscale8;
    if (grey) image = convertChannels(image, 1);  // as the data set has it
    Photo photo = photoFromImage(std::make_shared<const Image>(std::move(image)),
                                 title.isEmpty() ? file.fileName() : title, about.text(kTrueClass));
    photo.path = file.absoluteFilePath();
    return photo;
}

QString keepPhoto(const Photo& photo, const QString& folder) {
    const QString path = QDir(folder).absoluteFilePath(keptName(photo));
    QSaveFile file(path);
    QImageWriter writer(&file, "png");
    writer.setText(kTitle, photo.title);
    if (!photo.trueClass.isEmpty()) writer.setText(kTrueClass, photo.trueClass);
    QDir().mkpath(folder);  // where that fails, so does the file, which says why
    if (!file.open(QIODevice::WriteOnly) || !writer.write(photo.full) || !file.commit()) {
        throw Error(QCoreApplication::translate("Photo", "%1 is pinned, but cannot be kept for the next start: %2: %3.")
                        .arg(photo.title, path, file.errorString())
                        .toStdString());
    }
    return path;
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
