// SPDX-License-Identifier: GPL-3.0-or-later
// Means of sums.
#include "model/metrics.h"

#include <limits>

namespace vit {

EpochMetrics MetricSums::mean() const {
    if (images == 0) {
        constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
        return {kNone, kNone, kNone};
    }
    const auto n = static_cast<double>(images);
    return {loss / n, correct / n, correctTop5 / n};
}

}  // namespace vit
