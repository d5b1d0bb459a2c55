// SPDX-License-Identifier: GPL-3.0-or-later
// Steps of 1, 2 or 5 times a power of ten.
#include "core/base/axis_ticks.h"

#include "core/base/number_text.h"

#include <cmath>

namespace vit {

double tickStep(const ValueRange& range, int count) {
    const double rough = (range.high - range.low) / count;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) return factor * power;
    }
    return 10 * power;
}

std::vector<double> ticks(const ValueRange& range, double step) {
    const double first = std::ceil(range.low / step - 1e-9);
    const int count = int(std::floor(range.high / step + 1e-9) - first) + 1;
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back((first + i) * step);
    return values;
}

std::string tickText(double value, double step) { return roundedText(std::round(value / step) * step + 0.0, 6); }

ValueRange widened(ValueRange range) {
    if (range.low < range.high) return range;
    const double margin = range.low == 0 ? 1 : std::abs(range.low) / 2;
    return {range.low - margin, range.high + margin};
}

}  // namespace vit
