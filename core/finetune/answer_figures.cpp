// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over the photos.
#include "core/finetune/answer_figures.h"

#include "core/evaluation/class_scores.h"
#include "core/evaluation/confusion_matrix.h"

namespace vit {

AnswerFigures figuresOf(const ImageAnswers& answers) {
    const std::vector<ImagePrediction> predictions = predictionsOf(answers);
    MetricSums sums;
    for (const ImagePrediction& image : predictions) {
        sums.loss += image.loss;
        sums.correct += image.right() ? 1 : 0;
        sums.correctTop5 += image.amongFive ? 1 : 0;
        ++sums.images;
    }
    return {sums.mean(), meanScores(classScores(ConfusionMatrix(answers.classes, predictions))).f1};
}

}  // namespace vit
