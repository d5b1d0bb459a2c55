// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the figures together.
#include "core/evaluation/evaluation.h"

#include "core/base/error.h"

#include <utility>

namespace vit {

namespace {

EpochMetrics metricsOf(const std::vector<ImagePrediction>& images) {
    MetricSums sums;
    for (const ImagePrediction& image : images)
        sums += {image.loss, image.right() ? 1.0 : 0.0, image.amongFive ? 1.0 : 0.0, 1};
    return sums.mean();
}

template <typename IsHit>
Interval intervalOf(const std::vector<ImagePrediction>& images, IsHit isHit) {
    std::vector<std::uint8_t> hits;
    hits.reserve(images.size());
    for (const ImagePrediction& image : images) hits.push_back(isHit(image) ? 1 : 0);
    return bootstrapInterval(hits);
}

std::vector<Judged> judgedOf(const std::vector<ImagePrediction>& images) {
    std::vector<Judged> judged;
    judged.reserve(images.size());
    for (const ImagePrediction& image : images) judged.push_back({image.confidence, image.right()});
    return judged;
}

}  // namespace

Evaluation evaluated(EvaluationSubject subject, EvaluatedClasses classes, const ImageAnswers& answers) {
    if (answers.images() == 0) throw Error("There are no images to evaluate the model on.");
    Evaluation result;
    result.classes = std::move(classes);
    result.images = predictionsOf(answers);
    result.confusion = ConfusionMatrix(answers.classes, result.images);
    result.scores = classScores(result.confusion);
    const std::vector<Judged> judged = judgedOf(result.images);
    result.summary.equalWidth = equalWidthBins(judged);
    result.summary.equalCount = equalCountBins(judged);

    EvaluationSummary& summary = result.summary;
    summary.subject = std::move(subject);
    summary.images = answers.images();
    summary.classes = answers.classes;
    summary.metrics = metricsOf(result.images);
    summary.accuracy = intervalOf(result.images, [](const ImagePrediction& image) { return image.right(); });
    summary.top5Accuracy = intervalOf(result.images, [](const ImagePrediction& image) { return image.amongFive; });
    summary.mean = meanScores(result.scores);
    summary.ece = calibrationError(result.summary.equalWidth);
    summary.adaptiveEce = calibrationError(result.summary.equalCount);
    summary.temperature = previewTemperature(answers);
    return result;
}

}  // namespace vit
