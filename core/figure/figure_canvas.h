// SPDX-License-Identifier: GPL-3.0-or-later
// What a figure is drawn on: Cairo's surfaces for PNG, SVG and PDF, and what their files need besides. Internal to
// core/figure.
#pragma once

#include "core/figure/figure.h"

#include <cairo.h>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace vit {

// All is laid out in dots of a 300th of an inch, which are a PNG's pixels; in whole ones, pictures stay sharp there.
inline constexpr double kDotsPerInch = 300;
inline constexpr double kDotsPerPoint = kDotsPerInch / 72;
inline constexpr int kMostDots = 32767;  // Cairo's own limit for pictures
constexpr double points(double count) { return count * kDotsPerPoint; }

struct Canvas {
    int width = 0;  // dots
    int height = 0;
    std::string title;        // what programs show of the file
    std::string description;  // for those who cannot see it
};

// The file's bytes. Throws Error with Cairo's reason.
std::vector<std::byte> encodeDrawing(const Canvas& canvas, FigureFormat format,
                                     const std::function<void(cairo_t*)>& draw);

// RGB, as large as the place or to be scaled into it.
void drawPicture(cairo_t* cairo, const Image& picture, double x, double y, double width, double height);
void setColour(cairo_t* cairo, const Rgb& colour);
// Around a place, not in it.
void drawFrame(cairo_t* cairo, double x, double y, double width, double height);

}  // namespace vit
