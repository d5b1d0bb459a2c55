// SPDX-License-Identifier: GPL-3.0-or-later
// What plots are drawn with: SVG, coloured by the style sheet of the page it stands in.
#pragma once

#include <string>

namespace vit {

class SvgCanvas {
public:
    // As wide as the page lets it be; `styleClass` is the picture's, `title` is read out.
    SvgCanvas(double width, double height, const std::string& styleClass, const std::string& title);

    // `anchor` is start, middle or end. `attributes` go into the element as they are.
    void label(double x, double y, const std::string& styleClass, const std::string& anchor, const std::string& text,
               const std::string& attributes = {});
    void line(double x1, double y1, double x2, double y2, const std::string& styleClass);
    // `tip` is shown over it.
    void box(double x, double y, double width, double height, const std::string& styleClass, const std::string& tip,
             double opacity = 1);
    void dot(double x, double y, const std::string& styleClass);
    void polyline(const std::string& points, const std::string& styleClass);

    std::string text() const { return m_text + "</svg>\n"; }

    // A coordinate.
    static std::string place(double value);

private:
    std::string m_text;
};

}  // namespace vit
