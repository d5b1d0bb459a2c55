// SPDX-License-Identifier: GPL-3.0-or-later
// Loss and accuracies, and their sums over many images.
#pragma once

#include <cstdint>

namespace vit {

// The loss is the mean cross-entropy in nats; accuracies are shares, 0–1. All NaN when there were no images.
struct EpochMetrics {
    double loss = 0;
    double accuracy = 0;
    double top5Accuracy = 0;
};

// Sums over images, kept in double so that the mean does not depend on how they were batched.
struct MetricSums {
    double loss = 0;
    double correct = 0;
    double correctTop5 = 0;
    std::int64_t images = 0;

    MetricSums& operator+=(const MetricSums& other);
    EpochMetrics mean() const;
};

}  // namespace vit
