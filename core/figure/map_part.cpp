// SPDX-License-Identifier: GPL-3.0-or-later
// A picture with a map over it, and the bar of its colours.
#include "core/figure/figure_canvas.h"
#include "core/figure/figure_part.h"
#include "core/figure/scale_bar.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

bool hasGaps(const HeatMap& map) {
    return std::ranges::any_of(map.values, [](float value) { return !std::isfinite(value); });
}

// The next lower multiple, so that all patches are drawn at the same size; `side` where it has fewer dots than parts.
int snapped(int side, int parts) { return parts > 0 && side >= parts ? side - side % parts : side; }

class MapPart : public FigurePart {
public:
    MapPart(const TextSetter& setter, const MapPanel& panel, int width, bool ownBar) : m_panel(panel) {
        const bool alone = panel.picture.empty();
        const int columns = alone ? panel.map.columns : panel.picture.width;
        const int rows = alone ? panel.map.rows : panel.picture.height;
        if (columns <= 0 || rows <= 0) {
            m_width = width;
            m_height = width / 4;
            m_nothing = setter.set(std::vector{TextRun{"nothing to show", kMutedInk}},
                                   {.size = points(7), .width = double(width), .lines = 1});
            return;
        }
        const double scale = std::min(double(width) / columns, double(width) / rows);
        m_width = snapped(std::max(1, static_cast<int>(std::lround(columns * scale))), panel.map.columns);
        m_height = snapped(std::max(1, static_cast<int>(std::lround(rows * scale))), panel.map.rows);
        if (ownBar && !panel.map.empty()) {
            m_bar = ScaleBar(setter, panel.scale, barLabel(panel), std::max(m_width, width / 2));
        }
    }

    double height() const override { return m_height; }
    double footHeight() const override { return m_bar.height(); }

    void draw(cairo_t* cairo, double x, double y) const override {
        if (m_nothing.height() > 0) {
            drawFrame(cairo, x, y, m_width, m_height);
            m_nothing.draw(cairo, x + m_width / 2.0, y + (m_height - m_nothing.height()) / 2, Anchor::Middle);
            return;
        }
        // A map of more patches than there are dots is painted larger, for Cairo to shrink: none may be left out.
        const int width = std::max(m_width, m_panel.map.columns);
        const int height = std::max(m_height, m_panel.map.rows);
        const bool alone = m_panel.picture.empty();
        const Image under = alone ? noValueStripes(width, height) : resizeArea(m_panel.picture, width, height);
        drawPicture(cairo,
                    paintOver(under, m_panel.map, m_panel.scale, m_panel.shading, alone ? 1 : m_panel.opacity), x, y,
                    m_width, m_height);
        drawFrame(cairo, x, y, m_width, m_height);
    }

    void drawFoot(cairo_t* cairo, double x, double y) const override { m_bar.draw(cairo, x, y); }

private:
    const MapPanel& m_panel;
    int m_width = 0;
    int m_height = 0;
    TextBlock m_nothing;
    ScaleBar m_bar;
};

}  // namespace

std::string barLabel(const MapPanel& panel) {
    if (!hasGaps(panel.map)) return panel.quantity;
    return panel.quantity + (panel.quantity.empty() ? "" : "; ") +
           (panel.picture.empty() ? "striped: no value" : "uncoloured: no value");
}

std::unique_ptr<FigurePart> mapPart(const TextSetter& setter, const MapPanel& panel, int width, bool ownBar) {
    return std::make_unique<MapPart>(setter, panel, width, ownBar);
}

}  // namespace vit
