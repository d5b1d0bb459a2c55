// SPDX-License-Identifier: GPL-3.0-or-later
// Words for metrics, and means of sums.
#include "core/events/metrics.h"

#include "core/base/number_text.h"

#include <limits>

namespace vit {

std::string Metric::label() const { return capitalized(name); }

std::string Metric::text(double number) const { return share ? percentText(number) : fixedText(number, 4); }

std::string metricsText(const EpochMetrics& metrics) {
    std::string text;
    for (const Metric& metric : kMetrics)
        text += (text.empty() ? "" : ", ") + (metric.name + (" " + metric.text(metrics)));
    return text;
}

std::string viewsText(TestViews views) {
    return views == TestViews::Mirrored ? "of each image and its mirror image" : "";
}

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
