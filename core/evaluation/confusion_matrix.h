// SPDX-License-Identifier: GPL-3.0-or-later
// Which classes are taken for which.
#pragma once

#include "core/evaluation/image_answers.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// Images of class `truth` that were taken for class `predicted`, another one.
struct ConfusedPair {
    std::int32_t truth = 0;
    std::int32_t predicted = 0;
    std::int64_t images = 0;
    double share = 0;  // of the true class's images, 0–1

    bool operator==(const ConfusedPair&) const = default;
};

class ConfusionMatrix {
public:
    ConfusionMatrix() = default;
    ConfusionMatrix(std::int64_t classes, std::span<const ImagePrediction> predictions);
    ConfusionMatrix(std::int64_t classes, std::vector<std::int64_t> images);  // [truth, predicted]

    std::int64_t classes() const { return m_classes; }
    std::int64_t at(std::int64_t truth, std::int64_t predicted) const;  // images
    std::int64_t imagesOf(std::int64_t truth) const;                    // the sum of a row
    std::int64_t takenFor(std::int64_t predicted) const;                // the sum of a column

    double shareAt(std::int64_t truth, std::int64_t predicted) const;   // of a row's images, 0–1; 0 without images
    // How strong a cell is drawn, 0–1: the root of its share, so that few images are seen too; beside the diagonal, of
    // the largest share there. A cell with images is never fainter than 0.2.
    double strengthAt(std::int64_t truth, std::int64_t predicted) const;

    // All that occur: most images first, then by the classes' indices.
    std::vector<ConfusedPair> confusedPairs() const;

private:
    std::int64_t m_classes = 0;
    std::vector<std::int64_t> m_counts;  // [truth, predicted]
    double m_largestConfusion = 1;       // share
};

}  // namespace vit
