// SPDX-License-Identifier: GPL-3.0-or-later
// Three counts a class.
#include "core/train/class_tally.h"

#include "core/evaluation/class_scores.h"

#include <torch/utils.h>

#include <vector>

namespace vit {

ClassTally::ClassTally(std::int64_t classes, torch::Device device)
    : m_counts(torch::zeros({3, classes}, torch::dtype(torch::kFloat64).device(device))) {}

void ClassTally::add(const torch::Tensor& logits, const torch::Tensor& labels) {
    const torch::Tensor told = logits.argmax(1);  // [B]
    const torch::Tensor ones = torch::ones({labels.size(0)}, m_counts.options());
    m_counts[0].index_add_(0, labels, told.eq(labels).to(torch::kFloat64));
    m_counts[1].index_add_(0, labels, ones);
    m_counts[2].index_add_(0, told, ones);
}

void ClassTally::sumOver(RankGroup& ranks) {
    torch::Tensor counts = m_counts.to(torch::kCPU);
    ranks.sum(counts);
    m_counts = counts;
}

double ClassTally::macroF1() const {
    const torch::Tensor counts = m_counts.to(torch::kCPU).to(torch::kInt64).contiguous();
    const std::int64_t* right = counts.const_data_ptr<std::int64_t>();
    const std::int64_t classes = counts.size(1);
    std::vector<ClassScores> scores;
    for (std::int64_t i = 0; i < classes; ++i)
        scores.push_back(scoresOf(right[i], right[classes + i], right[2 * classes + i]));
    return meanScores(scores).f1;
}

}  // namespace vit
