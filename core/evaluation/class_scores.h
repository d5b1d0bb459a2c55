// SPDX-License-Identifier: GPL-3.0-or-later
// Precision, recall and F1 of each class, as scikit-learn's precision_recall_fscore_support(zero_division=0) gives them
// for all classes of the model, whether they occur or not.
#pragma once

#include "core/evaluation/confusion_matrix.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

struct ClassScores {
    double precision = 0;      // of the images taken for it, the share that is of it; 0 when there are none
    double recall = 0;         // of its images, the share that was told; 0 when there are none
    double f1 = 0;             // harmonic mean of both; 0 when it neither occurs nor is told
    std::int64_t support = 0;  // its images
};

// Of one class: images that are of it and were taken for it, that are of it, and that were taken for it.
ClassScores scoresOf(std::int64_t right, std::int64_t support, std::int64_t told);
std::vector<ClassScores> classScores(const ConfusionMatrix& confusion);

// The macro means: each class counts alike.
struct MeanScores {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
};

MeanScores meanScores(std::span<const ClassScores> classes);

}  // namespace vit
