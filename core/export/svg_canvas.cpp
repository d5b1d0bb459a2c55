// SPDX-License-Identifier: GPL-3.0-or-later
// Writes SVG's elements.
#include "core/export/svg_canvas.h"

#include "core/base/markup.h"
#include "core/base/number_text.h"

namespace vit {

std::string SvgCanvas::place(double value) { return fixedText(value, 2); }

SvgCanvas::SvgCanvas(double width, double height, const std::string& styleClass, const std::string& title)
    : m_text("<svg class=\"" + styleClass + "\" viewBox=\"0 0 " + place(width) + " " + place(height) +
             "\" role=\"img\" aria-label=\"" + escaped(title) + "\">") {}

void SvgCanvas::label(double x, double y, const std::string& styleClass, const std::string& anchor,
                      const std::string& text, const std::string& attributes) {
    m_text += "<text class=\"" + styleClass + "\" x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" +
              anchor + "\"" + (attributes.empty() ? "" : " " + attributes) + ">" + escaped(text) + "</text>";
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, const std::string& styleClass) {
    m_text += "<line class=\"" + styleClass + "\" x1=\"" + place(x1) + "\" y1=\"" + place(y1) + "\" x2=\"" + place(x2) +
              "\" y2=\"" + place(y2) + "\"/>";
}

void SvgCanvas::box(double x, double y, double width, double height, const std::string& styleClass,
                    const std::string& tip, double opacity) {
    m_text += "<rect class=\"" + styleClass + "\" x=\"" + place(x) + "\" y=\"" + place(y) + "\" width=\"" +
              place(width) + "\" height=\"" + place(height) + "\"" +
              (opacity < 1 ? " fill-opacity=\"" + place(opacity) + "\"" : "") + "><title>" + escaped(tip) +
              "</title></rect>";
}

void SvgCanvas::dot(double x, double y, const std::string& styleClass) {
    m_text += "<circle class=\"" + styleClass + "\" cx=\"" + place(x) + "\" cy=\"" + place(y) + "\" r=\"2.5\"/>";
}

void SvgCanvas::polyline(const std::string& points, const std::string& styleClass) {
    m_text += "<polyline class=\"" + styleClass + "\" points=\"" + points + "\"/>";
}

}  // namespace vit
