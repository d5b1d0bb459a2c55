// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers beside a bar of colours, in files and in the window.
#pragma once

#include "core/figure/heat_map.h"

#include <string>
#include <vector>

namespace vit {

struct ScaleTick {
    double share = 0;  // along the bar
    std::string text;
};

// About `count` round numbers in rising order, two at least. One in the middle for a range without a length, none without
// a range.
std::vector<ScaleTick> scaleTicks(const ColourScale& scale, int count);

}  // namespace vit
