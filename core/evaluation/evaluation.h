// SPDX-License-Identifier: GPL-3.0-or-later
// All that is known of a model once it has said something of every image of a split.
#pragma once

#include "core/evaluation/class_scores.h"
#include "core/evaluation/image_answers.h"
#include "core/evaluation/kept_evaluation.h"

#include <vector>

namespace vit {

struct Evaluation : KeptEvaluation {
    std::vector<ImagePrediction> images;  // by their place in the split
    std::vector<ClassScores> scores;      // of each class
};

// Throws Error without images, and when an answer is no number.
Evaluation evaluated(EvaluationSubject subject, EvaluatedClasses classes, const ImageAnswers& answers);

}  // namespace vit
