// SPDX-License-Identifier: GPL-3.0-or-later
// Ratios of counts.
#include "core/evaluation/class_scores.h"

namespace vit {

namespace {

double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ClassScores scoresOf(std::int64_t right, std::int64_t support, std::int64_t told) {
    return {ratio(right, told), ratio(right, support), ratio(2 * right, told + support), support};
}

std::vector<ClassScores> classScores(const ConfusionMatrix& confusion) {
    std::vector<ClassScores> scores;
    for (std::int64_t index = 0; index < confusion.classes(); ++index)
        scores.push_back(scoresOf(confusion.at(index, index), confusion.imagesOf(index), confusion.takenFor(index)));
    return scores;
}

MeanScores meanScores(std::span<const ClassScores> classes) {
    MeanScores mean;
    const auto count = static_cast<double>(classes.size());
    for (const ClassScores& scores : classes) {
        mean.precision += scores.precision / count;
        mean.recall += scores.recall / count;
        mean.f1 += scores.f1 / count;
    }
    return mean;
}

}  // namespace vit
