// SPDX-License-Identifier: GPL-3.0-or-later
// Softmax and ranking.
#include "core/evaluation/image_answers.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vit {

namespace {

void rank(ImagePrediction& prediction, std::span<const float> logits, std::vector<std::int32_t>& order) {
    std::iota(order.begin(), order.end(), 0);
    const std::size_t count = std::min(order.size(), prediction.top.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [logits](std::int32_t a, std::int32_t b) {
                          const float ofA = logits[static_cast<std::size_t>(a)];
                          const float ofB = logits[static_cast<std::size_t>(b)];
                          return ofA != ofB ? ofA > ofB : a < b;
                      });
    prediction.top.fill(ImagePrediction::kNoClass);
    std::copy_n(order.begin(), count, prediction.top.begin());
    prediction.predicted = prediction.top.front();
}

ImagePrediction predictionOf(std::int32_t label, std::span<const float> logits, std::vector<std::int32_t>& order) {
    ImagePrediction prediction;
    prediction.label = label;
    rank(prediction, logits, order);
    const double largest = logits[static_cast<std::size_t>(prediction.predicted)];
    const float own = logits[static_cast<std::size_t>(label)];
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - largest);
    prediction.confidence = 1 / sum;
    prediction.loss = std::log(sum) - (own - largest);
    prediction.amongFive = std::count_if(logits.begin(), logits.end(), [own](float each) { return each > own; }) < 5;
    return prediction;
}

}  // namespace

std::span<const float> ImageAnswers::logitsOf(std::int64_t image) const {
    return std::span(logits).subspan(static_cast<std::size_t>(image * classes), static_cast<std::size_t>(classes));
}

std::vector<ImagePrediction> predictionsOf(const ImageAnswers& answers) {
    std::vector<ImagePrediction> predictions;
    predictions.reserve(answers.labels.size());
    std::vector<std::int32_t> order(static_cast<std::size_t>(answers.classes));
    for (std::int64_t image = 0; image < answers.images(); ++image) {
        const std::span<const float> logits = answers.logitsOf(image);
        if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }))
            throw Error("What the model says of image " + std::to_string(image) +
                        " is no number: its weights are damaged, or its training diverged. Evaluate another run.");
        predictions.push_back(predictionOf(answers.labels[static_cast<std::size_t>(image)], logits, order));
    }
    return predictions;
}

}  // namespace vit
