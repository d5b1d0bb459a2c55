// SPDX-License-Identifier: GPL-3.0-or-later
// Row by row between packed pixels (Image) and padded ones (QImage).
#include "ui/widgets/qimage_convert.h"

#include <QPainter>

#include <cstring>
#include <utility>

namespace vit::ui {

namespace {

QImage::Format formatOf(const Image& image) {
    return image.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
}

}  // namespace

QImage toQImage(const Image& image) {
    if (image.empty()) return {};
    return QImage(image.pixels.data(), image.width, image.height, qsizetype{image.width} * image.channels,
                  formatOf(image))
        .copy();
}

QImage shareAsQImage(std::shared_ptr<const Image> image) {
    if (!image || image->empty()) return {};
    const Image& pixels = *image;
    auto* keeper = new std::shared_ptr<const Image>(std::move(image));
    return QImage(
        pixels.pixels.data(), pixels.width, pixels.height, qsizetype{pixels.width} * pixels.channels, formatOf(pixels),
        [](void* held) { delete static_cast<std::shared_ptr<const Image>*>(held); }, keeper);
}

Image fromQImage(const QImage& image) {
    QImage rgb(image.size(), QImage::Format_RGB888);
    if (image.hasAlphaChannel()) {
        rgb.fill(Qt::white);
        QPainter painter(&rgb);
        // By rectangle: a picture of a high-density screen would be drawn smaller by its device pixel ratio.
        painter.drawImage(rgb.rect(), image, image.rect());
    } else {
        rgb = image.convertToFormat(QImage::Format_RGB888);
    }
    Image result;
    result.width = rgb.width();
    result.height = rgb.height();
    result.channels = 3;
    const std::size_t rowBytes = static_cast<std::size_t>(rgb.width()) * 3;
    result.pixels.resize(rowBytes * static_cast<std::size_t>(rgb.height()));
    for (int y = 0; y < rgb.height(); ++y) {
        std::memcpy(result.pixels.data() + static_cast<std::size_t>(y) * rowBytes, rgb.constScanLine(y), rowBytes);
    }
    return result;
}

}  // namespace vit::ui
