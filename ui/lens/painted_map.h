// SPDX-License-Identifier: GPL-3.0-or-later
// Maps as the window paints them: by the engine, so that they are the very pixels of a figure's file.
#pragma once

#include "core/figure/heat_map.h"

#include <QImage>
#include <QPalette>
#include <QPixmap>
#include <QRect>
#include <QString>

#include <optional>

class QPainter;

namespace vit::ui {

struct MapStyle {
    ColourMap colours = ColourMap::Viridis;  // of maps without a sign
    Shading shading = Shading::Patches;
    double opacity = 0.6;  // of a map over a picture, 0 … 1; alone it is opaque

    bool operator==(const MapStyle&) const = default;
};

// The picture at a size in device pixels; stripes where there is none.
Image pictureUnder(const Image& picture, QSize size);

// `under` is as large as it will be drawn. `alone`: it is no picture.
QPixmap paintedMap(const Image& under, bool alone, const HeatMap& map, const ColourScale& scale, const MapStyle& style);

// A border of so many pixels around a place, on a screen of any density not in it.
void paintFrame(QPainter& painter, const QRect& place, int width, const QColor& colour);

// The bar of colours with its numbers and what they are.
int scaleBarHeight(const QFontMetrics& font, bool withLabel);
// Draws nothing for a scale without a range. `marked`: a value to be pointed out.
void paintScaleBar(QPainter& painter, const QRect& place, const ColourScale& scale, const QString& label,
                   const QPalette& palette, std::optional<double> marked = {});

}  // namespace vit::ui
