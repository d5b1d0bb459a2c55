// SPDX-License-Identifier: GPL-3.0-or-later
// How far a share that was measured on some images would move on others like them.
#pragma once

#include <cstdint>
#include <vector>

namespace vit {

struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval&) const = default;
};

// The 95 % percentile bootstrap interval of the mean of `hits` (0 or 1 for each image; at least one): `resamples` times
// as many images are drawn from them with replacement, and the 2.5 % and 97.5 % quantiles of the means are given,
// interpolated linearly. Draws are SplitMix's, so that it is the same everywhere.
Interval bootstrapInterval(const std::vector<std::uint8_t>& hits, int resamples = 1000, std::uint64_t seed = 1);
// The same of any numbers.
Interval bootstrapInterval(const std::vector<double>& values, int resamples = 1000, std::uint64_t seed = 1);

}  // namespace vit
