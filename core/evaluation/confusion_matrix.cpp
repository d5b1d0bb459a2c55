// SPDX-License-Identifier: GPL-3.0-or-later
// Counts and their sums.
#include "core/evaluation/confusion_matrix.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace vit {

namespace {

std::vector<std::int64_t> counted(std::int64_t classes, std::span<const ImagePrediction> predictions) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(classes * classes));
    for (const ImagePrediction& image : predictions)
        ++counts[static_cast<std::size_t>(image.label * classes + image.predicted)];
    return counts;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes, std::span<const ImagePrediction> predictions)
    : ConfusionMatrix(classes, counted(classes, predictions)) {}

ConfusionMatrix::ConfusionMatrix(std::int64_t classes, std::vector<std::int64_t> images)
    : m_classes(classes), m_counts(std::move(images)) {
    double largest = 0;
    for (const ConfusedPair& pair : confusedPairs()) largest = std::max(largest, pair.share);
    if (largest > 0) m_largestConfusion = largest;
}

std::int64_t ConfusionMatrix::at(std::int64_t truth, std::int64_t predicted) const {
    return m_counts[static_cast<std::size_t>(truth * m_classes + predicted)];
}

std::int64_t ConfusionMatrix::imagesOf(std::int64_t truth) const {
    std::int64_t sum = 0;
    for (std::int64_t predicted = 0; predicted < m_classes; ++predicted) sum += at(truth, predicted);
    return sum;
}

std::int64_t ConfusionMatrix::takenFor(std::int64_t predicted) const {
    std::int64_t sum = 0;
    for (std::int64_t truth = 0; truth < m_classes; ++truth) sum += at(truth, predicted);
    return sum;
}

double ConfusionMatrix::shareAt(std::int64_t truth, std::int64_t predicted) const {
    const std::int64_t images = imagesOf(truth);
    return images == 0 ? 0 : static_cast<double>(at(truth, predicted)) / static_cast<double>(images);
}

double ConfusionMatrix::strengthAt(std::int64_t truth, std::int64_t predicted) const {
    constexpr double kFaintest = 0.2;
    if (at(truth, predicted) == 0) return 0;
    return std::max(kFaintest, std::sqrt(shareAt(truth, predicted) / (truth == predicted ? 1 : m_largestConfusion)));
}

std::vector<ConfusedPair> ConfusionMatrix::confusedPairs() const {
    std::vector<ConfusedPair> pairs;
    for (std::int64_t truth = 0; truth < m_classes; ++truth) {
        const auto images = static_cast<double>(imagesOf(truth));
        for (std::int64_t predicted = 0; predicted < m_classes; ++predicted) {
            const std::int64_t count = at(truth, predicted);
            if (truth == predicted || count == 0) continue;
            pairs.push_back({static_cast<std::int32_t>(truth), static_cast<std::int32_t>(predicted), count,
                             static_cast<double>(count) / images});
        }
    }
    std::sort(pairs.begin(), pairs.end(), [](const ConfusedPair& a, const ConfusedPair& b) {
        return std::tuple(-a.images, a.truth, a.predicted) < std::tuple(-b.images, b.truth, b.predicted);
    });
    return pairs;
}

}  // namespace vit
