// SPDX-License-Identifier: GPL-3.0-or-later
// Picture files of one colour, and what cameras write into them.
#pragma once

#include "core/data/images/image.h"
#include "tests/support/files.h"

#include <QHash>
#include <QTemporaryDir>

#include <array>

namespace vit::test {

// The format follows the extension. Each picture is encoded once and then copied: saveImage waits for the disk.
inline void writePicture(const QString& path, std::array<std::uint8_t, 3> colour, int width = 10, int height = 10) {
    static QHash<QString, QByteArray> encoded;
    const QString extension = QFileInfo(path).suffix();
    const QString key = QString("%1 %2 %3 %4 %5 %6").arg(extension).arg(width).arg(height).arg(colour[0]).arg(colour[1])
                            .arg(colour[2]);
    if (!encoded.contains(key)) {
        Image image{.width = width, .height = height, .channels = 3};
        for (int i = 0; i < width * height; ++i) image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
        const QTemporaryDir folder;
        saveImage(image, pathOf(folder.filePath("x." + extension)));
        encoded[key] = readFile(folder.filePath("x." + extension));
    }
    writeFile(path, encoded[key]);
}

// A JPEG with an EXIF segment that has nothing but the orientation tag.
inline QByteArray withOrientation(const QByteArray& jpeg, char orientation) {
    QByteArray tiff("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0?\0\0\0\0\0\0", 26);
    tiff[19] = orientation;
    const QByteArray payload = QByteArray("Exif\0\0", 6) + tiff;
    QByteArray segment("\xff\xe1\0", 3);
    segment += static_cast<char>(payload.size() + 2);
    return jpeg.left(2) + segment + payload + jpeg.mid(2);
}

}  // namespace vit::test
