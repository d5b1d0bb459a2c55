// SPDX-License-Identifier: GPL-3.0-or-later
// A probe for each number of photos.
#include "core/finetune/learning_curve.h"

#include "core/base/number_text.h"
#include "core/base/split_mix.h"
#include "core/finetune/linear_probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vit {

namespace {

constexpr std::uint64_t kOrderSeed = 11;
constexpr double kLeastGain = 0.01;  // for twice the photos

// 1, 2, 5, 10, … below `most`, and `most`.
std::vector<std::int64_t> stepsUpTo(std::int64_t most) {
    std::vector<std::int64_t> steps;
    for (std::int64_t decade = 1; decade < most; decade *= 10)
        for (const std::int64_t step : {decade, 2 * decade, 5 * decade})
            if (step < most) steps.push_back(step);
    steps.push_back(most);
    return steps;
}

}  // namespace

std::string learningAdvice(const std::vector<LearningPoint>& points, std::int64_t tested) {
    if (points.size() < 2 || tested == 0) return "There are too few photos to tell whether more of them would help.";
    const LearningPoint& last = points.back();
    const LearningPoint& before = points[points.size() - 2];
    const double doublings = std::log2(static_cast<double>(last.photos) / static_cast<double>(before.photos));
    const double gain = (last.accuracy - before.accuracy) / std::max(doublings, 0.1);
    const double chance = std::sqrt(std::max(last.accuracy * (1 - last.accuracy), 0.0) / static_cast<double>(tested));
    const std::string from = "From " + groupedText(before.photos) + " to " + groupedText(last.photos) +
                             " photos the linear probe went from " + percentText(before.accuracy) + " to " +
                             percentText(last.accuracy);
    if (gain > std::max(kLeastGain, chance))
        return from + ": more photos would help, about " + fixedText(100 * gain, 1) + " points for twice as many.";
    if (last.accuracy - before.accuracy > 0 && gain > kLeastGain)
        return from + ": more photos may help, but with " + groupedText(tested) +
               " test photos chance alone can make such a difference.";
    return from + ": more photos of this kind would help little; another model, or training its blocks, may.";
}

LearningCurve learningCurve(const LabelledRows& train, const LabelledRows& test, std::int64_t classes, double c,
                            const Progress& progress) {
    std::vector<std::vector<std::int64_t>> ofClass(static_cast<std::size_t>(classes));
    std::vector<std::int64_t> order(static_cast<std::size_t>(train.count()));
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, kOrderSeed);
    for (const std::int64_t row : order)
        ofClass[static_cast<std::size_t>(train.labels[static_cast<std::size_t>(row)])].push_back(row);
    std::size_t most = 0;
    for (const auto& rows : ofClass) most = std::max(most, rows.size());
    LearningCurve curve;
    const std::vector<std::int64_t> steps = stepsUpTo(static_cast<std::int64_t>(most));
    for (const std::int64_t perClass : steps) {
        report(progress, "Learning curve", static_cast<std::int64_t>(curve.points.size()),
               static_cast<std::int64_t>(steps.size()));
        std::vector<std::int64_t> places;
        for (const auto& rows : ofClass)
            places.insert(places.end(), rows.begin(),
                          rows.begin() + std::min<std::ptrdiff_t>(perClass, std::ssize(rows)));
        const OwnRows part = chosenRows(train, places);
        const LinearProbe probe = roughProbe(part.view(), classes, c, progress);
        curve.points.push_back({perClass, static_cast<std::int64_t>(places.size()), accuracyOf(probe, test)});
    }
    curve.advice = learningAdvice(curve.points, test.count());
    return curve;
}

}  // namespace vit
