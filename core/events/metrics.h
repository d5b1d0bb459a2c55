// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured of a model: one list, from which every file, table, plot and line that tells of it follows.
#pragma once

#include "core/config/config.h"

#include <array>
#include <cstdint>
#include <string>

namespace vit {

// The loss is the mean cross-entropy in nats; accuracies are shares, 0–1. All NaN when there were no images.
struct EpochMetrics {
    double loss = 0;
    double accuracy = 0;
    double top5Accuracy = 0;
};

struct Metric {
    const char* key;        // in JSON, columns of CSV and tags of TensorBoard: "top5_accuracy"
    const char* shortKey;   // where a person types it: "top5", as in the column test_top5
    const char* name;       // within a sentence: "top-5 accuracy"
    const char* axis;       // of a plot, with the unit: "Top-5 correct (%)"
    bool share;             // 0–1, shown as a percentage
    bool higherIsBetter;
    bool leads;             // is among the few that are shown where room is short
    double EpochMetrics::*value;

    std::string label() const;               // the name as a title: "Top-5 accuracy"
    std::string text(double number) const;   // "55.14 %", "2.3105"; "–" for NaN
    std::string text(const EpochMetrics& metrics) const { return text(metrics.*value); }
};

inline constexpr Metric kLoss = {"loss", "loss", "loss", "Cross-entropy (nats)", false, false, true,
                                 &EpochMetrics::loss};
inline constexpr Metric kAccuracy = {"accuracy", "accuracy", "accuracy", "Correct (%)", true, true, true,
                                     &EpochMetrics::accuracy};
inline constexpr Metric kTop5Accuracy = {"top5_accuracy", "top5", "top-5 accuracy", "Top-5 correct (%)", true,
                                         true, false, &EpochMetrics::top5Accuracy};
inline constexpr std::array kMetrics = {kLoss, kAccuracy, kTop5Accuracy};

// "loss 2.3105, accuracy 55.14 %, top-5 accuracy 81.86 %"
std::string metricsText(const EpochMetrics& metrics);
// "of each image and its mirror image": what is to be said of metrics that are. Empty of the usual one view.
std::string viewsText(TestViews views);

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
