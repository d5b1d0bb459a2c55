// SPDX-License-Identifier: GPL-3.0-or-later
// The curves that the published Keras example printed: CIFAR-100, 100 epochs (resources/reference).
#pragma once

#include "core/events/metrics.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct PublishedEpoch {
    std::int64_t epoch = 0;  // from 1
    EpochMetrics train;      // running averages over the epoch, in training mode
    EpochMetrics validation;
};

struct PublishedRun {
    std::string name;  // "Keras example, run 1"
    std::vector<PublishedEpoch> epochs;
    EpochMetrics test;  // of the weights at the best validation accuracy; NaN for what was not published
};

const std::vector<PublishedRun>& publishedRuns();

}  // namespace vit
