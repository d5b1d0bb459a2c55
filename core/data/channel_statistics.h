// SPDX-License-Identifier: GPL-3.0-or-later
// What images are normalised by before a model sees them.
#pragma once

#include "core/base/progress.h"
#include "core/data/image_source.h"

#include <array>

namespace vit {

// Mean and standard deviation of each channel, of 0–255 values; zeros for channels that there are not.
struct ChannelStatistics {
    std::array<double, 3> mean{};
    std::array<double, 3> deviation{};

    bool operator==(const ChannelStatistics&) const = default;
};

// Over all pixels of all images, on all cores. The sums are exact, so that no order of adding changes a bit of the
// result; the variance is the population's. `progress` is told of bytes.
ChannelStatistics measureChannels(const ImageSource& images, const Progress& progress = {});

}  // namespace vit
