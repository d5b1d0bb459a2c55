// SPDX-License-Identifier: GPL-3.0-or-later
// The bar that says which colour is which number. Internal to core/figure.
#pragma once

#include "core/figure/figure_text.h"
#include "core/figure/heat_map.h"

#include <string>
#include <vector>

namespace vit {

class ScaleBar {
public:
    ScaleBar() = default;  // of no height
    // `label` stands under the numbers. All in dots. A scale without a range has no bar, only the label.
    ScaleBar(const TextSetter& setter, const ColourScale& scale, const std::string& label, double width);

    double height() const;
    void draw(cairo_t* cairo, double x, double y) const;

private:
    struct Number {
        TextBlock text;
        double place = 0;  // of its tick
        double left = 0;   // of the text
    };

    ColourScale m_scale;
    double m_width = 0;
    std::vector<Number> m_numbers;
    TextBlock m_label;
};

}  // namespace vit
