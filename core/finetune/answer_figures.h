// SPDX-License-Identifier: GPL-3.0-or-later
// What answers about some photos come to, in few figures.
#pragma once

#include "core/evaluation/image_answers.h"
#include "core/events/metrics.h"

namespace vit {

struct AnswerFigures {
    EpochMetrics metrics;
    double macroF1 = 0;  // the mean over the classes (core/evaluation/class_scores.h)
};

// Throws Error when an answer is no finite number.
AnswerFigures figuresOf(const ImageAnswers& answers);

}  // namespace vit
