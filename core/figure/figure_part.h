// SPDX-License-Identifier: GPL-3.0-or-later
// A panel as it is laid out: what the page must know to give it a place. Internal to core/figure.
#pragma once

#include "core/figure/figure.h"
#include "core/figure/figure_text.h"

#include <memory>

namespace vit {

class FigurePart {
public:
    virtual ~FigurePart() = default;
    virtual double height() const = 0;      // of what is drawn in the panel's own place, in dots
    virtual double footHeight() const = 0;  // of what belongs below it: a bar of colours, a legend
    virtual void draw(cairo_t* cairo, double x, double y) const = 0;
    virtual void drawFoot(cairo_t* cairo, double x, double y) const = 0;
};

// What stands at the bar of a panel's colours.
std::string barLabel(const MapPanel& panel);

// `width` in whole dots. The panel must outlive the part.
std::unique_ptr<FigurePart> mapPart(const TextSetter& setter, const MapPanel& panel, int width, bool ownBar);
std::unique_ptr<FigurePart> plotPart(const TextSetter& setter, const PlotPanel& panel, int width);

}  // namespace vit
