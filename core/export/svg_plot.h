// SPDX-License-Identifier: GPL-3.0-or-later
// Curves drawn as SVG, coloured by the style sheet of the page they stand in.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vit {

struct SvgCurve {
    std::string name;                               // in the legend
    std::string styleClass;                         // of the line: "train", "validation", "rate"
    std::vector<std::pair<double, double>> points;  // a gap where one is not finite
};

struct SvgPlot {
    std::string title;
    std::string xTitle;
    std::string unit;  // after the numbers of the y axis, e.g. "%"
    std::vector<SvgCurve> curves;
};

std::string svgPlot(const SvgPlot& plot);

}  // namespace vit
