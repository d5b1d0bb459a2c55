// SPDX-License-Identifier: GPL-3.0-or-later
// The list of the figures.
#include "core/evaluation/evaluation_words.h"

#include "core/base/number_text.h"

namespace vit {

namespace {

std::string withInterval(const Metric& metric, const EpochMetrics& metrics, const Interval& interval) {
    return metric.text(metrics) + " (" + intervalText(interval) + ")";
}

EvaluationFigure temperatureFigure(const TemperaturePreview& preview) {
    const std::string change =
        " takes the calibration error from " + percentText(preview.eceBefore) + " to " + percentText(preview.eceAfter);
    return {"Temperature", roundedText(preview.temperature, 4) + change,
            "What dividing all logits by it would do: the loss goes from " + fixedText(preview.lossBefore, 4) + " to " +
                fixedText(preview.lossAfter, 4) + ", the accuracy stays at " + percentText(preview.accuracy) +
                ". Fitted on " + groupedText(preview.fittedOn) + " images, measured on the " +
                groupedText(preview.reportedOn) + " others."};
}

constexpr const char* kIntervalHelp =
    " In brackets the 95 % interval: where it would probably lie on other images like these.";

}  // namespace

std::string intervalText(const Interval& interval) {
    return fixedText(100 * interval.low, 2) + " – " + percentText(interval.high);
}

std::string subjectText(const EvaluationSubject& subject) {
    return subject.split + " images of " + subject.data + ", weights after epoch " + std::to_string(subject.epoch) +
           (subject.views.empty() ? "" : ", " + subject.views);
}

std::vector<EvaluationFigure> figuresOf(const EvaluationSummary& summary) {
    const EpochMetrics& metrics = summary.metrics;
    std::vector<EvaluationFigure> figures = {
        {kAccuracy.label(), withInterval(kAccuracy, metrics, summary.accuracy),
         std::string("The share of the images whose class the model finds the most probable one.") + kIntervalHelp},
        {kTop5Accuracy.label(), withInterval(kTop5Accuracy, metrics, summary.top5Accuracy),
         std::string("The share of the images whose class is among the five most probable ones.") + kIntervalHelp},
        {kLoss.label(), kLoss.text(metrics), "The mean cross-entropy, in nats."},
        {"Mean precision", percentText(summary.mean.precision),
         "Of the images taken for a class, the share that is of it; the mean over the classes."},
        {"Mean recall", percentText(summary.mean.recall),
         "Of a class's images, the share that was told; the mean over the classes."},
        {"Mean F1", percentText(summary.mean.f1),
         "The harmonic mean of a class's precision and recall; the mean over the classes."},
        {"Calibration error", percentText(summary.ece),
         "How far confidence and accuracy lie apart: the expected calibration error (ECE), in 15 bins of equal width."},
        {"Adaptive ECE", percentText(summary.adaptiveEce),
         "The calibration error in 15 bins of equal numbers of images."}};
    if (summary.temperature) figures.push_back(temperatureFigure(*summary.temperature));
    if (!summary.subject.views.empty())
        figures.push_back({"Answers", summary.subject.views, "The mean of their logits."});
    return figures;
}

}  // namespace vit
