// SPDX-License-Identifier: GPL-3.0-or-later
// Ticks of a scale of colours.
#include "core/figure/scale_ticks.h"

#include "core/base/axis_ticks.h"
#include "core/base/number_text.h"

namespace vit {

std::vector<ScaleTick> scaleTicks(const ColourScale& scale, int count) {
    if (scale.range.empty()) return {};
    if (scale.range.low == scale.range.high) {
        // A map of differences that are all 0 begins at -0.
        return {{0.5, roundedText(scale.range.low + 0.0, 4)}};
    }
    double step = tickStep(scale.range, count);
    std::vector<double> values = ticks(scale.range, step);
    while (values.size() < 2) {  // one alone would not tell how long the bar is
        count *= 2;
        step = tickStep(scale.range, count);
        values = ticks(scale.range, step);
    }
    std::vector<ScaleTick> result;
    for (const double value : values) result.push_back({scale.shareOf(value), tickText(value, step)});
    return result;
}

}  // namespace vit
