// SPDX-License-Identifier: GPL-3.0-or-later
// Ratios of counts.
#include "core/evaluation/class_scores.h"

namespace vit {

namespace {

double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<ClassScores> classScores(const ConfusionMatrix& confusion) {
    std::vector<ClassScores> scores;
    for (std::int64_t index = 0; index < confusion.classes(); ++index) {
        const std::int64_t right = confusion.at(index, index);
        const std::int64_t support = confusion.imagesOf(index);
        const std::int64_t told = confusion.takenFor(index);
        scores.push_back({ratio(right, told), ratio(right, support), ratio(2 * right, told + support), support});
    }
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
