// SPDX-License-Identifier: GPL-3.0-or-later
// Means of sums.
#include "core/events/metrics.h"

#include <limits>

namespace vit {

MetricSums& MetricSums::operator+=(const MetricSums& other) {
    loss += other.loss;
    correct += other.correct;
    correctTop5 += other.correctTop5;
    images += other.images;
    return *this;
}

EpochMetrics MetricSums::mean() const {
    if (images == 0) {
        constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
        return {kNone, kNone, kNone};
    }
    const auto n = static_cast<double>(images);
    return {loss / n, correct / n, correctTop5 / n};
}

}  // namespace vit
