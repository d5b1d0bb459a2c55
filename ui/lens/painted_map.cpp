// SPDX-License-Identifier: GPL-3.0-or-later
// From the engine's pictures to the window's, and the bar of colours.
#include "ui/lens/painted_map.h"

#include "core/figure/scale_ticks.h"
#include "ui/look/theme.h"
#include "ui/widgets/qimage_convert.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <memory>

namespace vit::ui {

namespace {

constexpr int kBar = 10;
constexpr int kTick = 3;
constexpr int kNumberRoom = 60;  // about one number on so much of the bar

QImage barImage(const ColourScale& scale, int width) {
    QImage image(width, 1, QImage::Format_RGB32);
    for (int x = 0; x < width; ++x) {
        const bool flat = scale.range.low == scale.range.high || width == 1;
        const Rgb colour = colourAt(scale.map, flat ? 0.5 : double(x) / (width - 1));
        image.setPixel(x, 0, qRgb(colour[0], colour[1], colour[2]));
    }
    return image;
}

}  // namespace

Image pictureUnder(const Image& picture, QSize size) {
    if (picture.empty()) return noValueStripes(size.width(), size.height());
    return resizeArea(convertChannels(picture, 3), size.width(), size.height());
}

QPixmap paintedMap(const Image& under, bool alone, const HeatMap& map, const ColourScale& scale,
                   const MapStyle& style) {
    const double opacity = alone ? 1 : style.opacity;
    const auto painted = std::make_shared<const Image>(paintOver(under, map, scale, style.shading, opacity));
    return QPixmap::fromImage(shareAsQImage(painted));
}

void paintFrame(QPainter& painter, const QRect& place, int width, const QColor& colour) {
    const QRect out = place.adjusted(-width, -width, width, width);
    painter.fillRect(QRect(out.topLeft(), QSize(out.width(), width)), colour);
    painter.fillRect(QRect(out.left(), place.bottom() + 1, out.width(), width), colour);
    painter.fillRect(QRect(out.left(), place.top(), width, place.height()), colour);
    painter.fillRect(QRect(place.right() + 1, place.top(), width, place.height()), colour);
}

int scaleBarHeight(const QFontMetrics& font, bool withLabel) {
    return kBar + kTick + font.height() * (withLabel ? 2 : 1);
}

void paintScaleBar(QPainter& painter, const QRect& place, const ColourScale& scale, const QString& label,
                   const QPalette& palette, std::optional<double> marked) {
    if (scale.range.empty() || place.width() < 1) return;
    const Colors& c = colors(palette);
    const QFontMetrics font = painter.fontMetrics();
    const QRect bar(place.left(), place.top(), place.width(), kBar);
    painter.drawImage(bar, barImage(scale, bar.width()));
    paintFrame(painter, bar, 1, c.border);

    const auto placeOf = [&](double share) { return bar.left() + qRound(share * (bar.width() - 1)); };
    const int numbersTop = bar.bottom() + 1 + kTick;
    int free = place.left();  // where the next number may begin
    for (const ScaleTick& tick : scaleTicks(scale, std::max(1, bar.width() / kNumberRoom))) {
        const QString text = QString::fromStdString(tick.text);
        const int width = font.horizontalAdvance(text);
        const int x = placeOf(tick.share);
        const int left = std::clamp(x - width / 2, place.left(), std::max(place.left(), place.right() + 1 - width));
        if (left < free) continue;
        free = left + width + kSpace;
        painter.setPen(c.mutedText);
        painter.fillRect(QRect(x, bar.bottom() + 1, 1, kTick), c.mutedText);
        painter.drawText(QRect(left, numbersTop, width, font.height()), Qt::AlignCenter | Qt::TextDontClip, text);
    }
    if (!label.isEmpty()) {
        painter.setPen(c.mutedText);
        painter.drawText(QRect(place.left(), numbersTop + font.height(), place.width(), font.height()), Qt::AlignCenter,
                         font.elidedText(label, Qt::ElideRight, place.width()));
    }
    if (marked && std::isfinite(*marked)) {
        // Dark within light, as it stands on any colour.
        const int x = placeOf(scale.shareOf(*marked));
        painter.fillRect(QRect(x - 2, bar.top() - 2, 5, kBar + 4), c.surface);
        painter.fillRect(QRect(x - 1, bar.top() - 2, 3, kBar + 4), c.text);
    }
}

}  // namespace vit::ui
