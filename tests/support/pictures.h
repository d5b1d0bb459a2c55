// SPDX-License-Identifier: GPL-3.0-or-later
// Picture files of one colour.
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

}  // namespace vit::test
