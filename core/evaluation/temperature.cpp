// SPDX-License-Identifier: GPL-3.0-or-later
// Newton's method between two ends that hold the minimum.
#include "core/evaluation/temperature.h"

#include "core/base/split_mix.h"
#include "core/evaluation/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace vit {

namespace {

constexpr double kHottest = 20;
constexpr std::uint64_t kHalvesSeed = 1;

// Of the cross-entropy summed over images, by the inverse temperature b: the mean of z under softmax(bz) less the z of
// the true class, and the variance of z. The sum is convex in b.
struct Derivatives {
    double first = 0;
    double second = 0;
};

Derivatives derivatives(const ImageAnswers& answers, std::span<const std::int64_t> images, double inverse) {
    Derivatives sum;
    for (const std::int64_t image : images) {
        const std::span<const float> logits = answers.logitsOf(image);
        const double largest = *std::max_element(logits.begin(), logits.end());
        double weights = 0, mean = 0, square = 0;
        for (const float logit : logits) {
            const double z = logit - largest;
            const double weight = std::exp(inverse * z);
            weights += weight;
            mean += weight * z;
            square += weight * z * z;
        }
        mean /= weights;
        const auto label = static_cast<std::size_t>(answers.labels[static_cast<std::size_t>(image)]);
        sum.first += mean - (logits[label] - largest);
        sum.second += square / weights - mean * mean;
    }
    return sum;
}

struct Calibration {
    double ece = 0;
    double loss = 0;
    double accuracy = 0;
};

Calibration calibrationAt(const ImageAnswers& answers, std::span<const std::int64_t> images, double temperature) {
    Calibration result;
    std::vector<Judged> judged;
    const auto count = static_cast<double>(images.size());
    for (const std::int64_t image : images) {
        const std::span<const float> logits = answers.logitsOf(image);
        const auto largest = std::max_element(logits.begin(), logits.end());  // the first of a tie
        double sum = 0;
        for (const float logit : logits) sum += std::exp((static_cast<double>(logit) - *largest) / temperature);
        const auto label = answers.labels[static_cast<std::size_t>(image)];
        const bool right = largest - logits.begin() == label;
        judged.push_back({1 / sum, right});
        const double own = logits[static_cast<std::size_t>(label)];
        result.loss += (std::log(sum) - (own - *largest) / temperature) / count;
        result.accuracy += right ? 1 / count : 0;
    }
    result.ece = calibrationError(equalWidthBins(judged));
    return result;
}

}  // namespace

double fitTemperature(const ImageAnswers& answers, std::span<const std::int64_t> images) {
    constexpr int kMostSteps = 100;
    constexpr double kClose = 1e-12;
    double low = 1 / kHottest, high = kHottest, inverse = 1;
    Derivatives at = derivatives(answers, images, inverse);
    if (at.first == 0) return 1;
    if (derivatives(answers, images, low).first >= 0) return 1 / low;
    if (derivatives(answers, images, high).first <= 0) return 1 / high;
    for (int step = 0; step < kMostSteps; ++step) {
        (at.first > 0 ? high : low) = inverse;
        double next = inverse - at.first / at.second;
        if (!(next > low && next < high)) next = std::sqrt(low * high);
        const bool close = std::abs(next - inverse) <= kClose * inverse;
        inverse = next;
        if (close) break;
        at = derivatives(answers, images, inverse);
    }
    return 1 / inverse;
}

std::optional<TemperaturePreview> previewTemperature(const ImageAnswers& answers) {
    if (answers.images() < 2) return std::nullopt;
    std::vector<std::int64_t> order(answers.labels.size());
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, kHalvesSeed);
    const auto half = std::span<const std::int64_t>(order).first(order.size() / 2);
    const auto other = std::span<const std::int64_t>(order).subspan(half.size());
    TemperaturePreview preview;
    preview.temperature = fitTemperature(answers, half);
    preview.fittedOn = static_cast<std::int64_t>(half.size());
    preview.reportedOn = static_cast<std::int64_t>(other.size());
    const Calibration before = calibrationAt(answers, other, 1);
    const Calibration after = calibrationAt(answers, other, preview.temperature);
    preview.accuracy = before.accuracy;
    preview.eceBefore = before.ece;
    preview.eceAfter = after.ece;
    preview.lossBefore = before.loss;
    preview.lossAfter = after.loss;
    return preview;
}

}  // namespace vit
