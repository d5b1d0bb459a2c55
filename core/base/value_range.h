// SPDX-License-Identifier: GPL-3.0-or-later
// From the least to the greatest of some values, for the axes of plots.
#pragma once

#include <algorithm>
#include <limits>

namespace vit {

struct ValueRange {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    bool empty() const { return low > high; }
    double at(double share) const { return low + (high - low) * share; }  // 0: low, 1: high
};

}  // namespace vit
