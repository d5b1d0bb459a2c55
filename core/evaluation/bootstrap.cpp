// SPDX-License-Identifier: GPL-3.0-or-later
// Draws, counts, sorts.
#include "core/evaluation/bootstrap.h"

#include "core/base/split_mix.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const double below = sorted[static_cast<std::size_t>(std::floor(place))];
    const double above = sorted[static_cast<std::size_t>(std::ceil(place))];
    return below + (above - below) * (place - std::floor(place));
}

// Sums in `Sum`, which is exact for counts.
template <typename Sum, typename Value>
Interval intervalOf(const std::vector<Value>& values, int resamples, std::uint64_t seed) {
    SplitMix random(seed);
    std::vector<double> means;
    for (int i = 0; i < resamples; ++i) {
        Sum sum = 0;
        for (std::size_t drawn = 0; drawn < values.size(); ++drawn) sum += values[random.below(values.size())];
        means.push_back(static_cast<double>(sum) / static_cast<double>(values.size()));
    }
    std::sort(means.begin(), means.end());
    return {quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace

Interval bootstrapInterval(const std::vector<std::uint8_t>& hits, int resamples, std::uint64_t seed) {
    return intervalOf<std::int64_t>(hits, resamples, seed);
}

Interval bootstrapInterval(const std::vector<double>& values, int resamples, std::uint64_t seed) {
    return intervalOf<double>(values, resamples, seed);
}

}  // namespace vit
