// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of the synthetic data set as closed lines.
#pragma once

#include <string>
#include <vector>

namespace vit {

struct OutlinePoint {
    double x = 0;
    double y = 0;
};

// Closed lines within the unit circle; what lies within an odd number of them is inside.
struct Outline {
    std::string name;
    std::vector<std::vector<OutlinePoint>> lines;
};

const std::vector<Outline>& syntheticOutlines();

}  // namespace vit
