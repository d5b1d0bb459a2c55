// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts images into bins.
#include "core/evaluation/calibration.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

// Sums until finish() makes means of them.
void add(CalibrationBin& bin, const Judged& image) {
    ++bin.images;
    bin.confidence += image.confidence;
    bin.accuracy += image.right ? 1 : 0;
}

void finish(CalibrationBin& bin) {
    if (bin.images == 0) return;
    bin.confidence /= static_cast<double>(bin.images);
    bin.accuracy /= static_cast<double>(bin.images);
}

}  // namespace

std::vector<CalibrationBin> equalWidthBins(std::span<const Judged> images, int bins) {
    std::vector<CalibrationBin> result(static_cast<std::size_t>(bins));
    for (int i = 0; i < bins; ++i) {
        result[static_cast<std::size_t>(i)].low = static_cast<double>(i) / bins;
        result[static_cast<std::size_t>(i)].high = static_cast<double>(i + 1) / bins;
    }
    for (const Judged& image : images) {
        const auto bin = std::lower_bound(
            result.begin(), result.end() - 1, image.confidence,
            [](const CalibrationBin& each, double confidence) { return each.high < confidence; });
        add(*bin, image);
    }
    std::for_each(result.begin(), result.end(), finish);
    return result;
}

std::vector<CalibrationBin> equalCountBins(std::span<const Judged> images, int bins) {
    std::vector<Judged> ranked(images.begin(), images.end());
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const Judged& a, const Judged& b) { return a.confidence < b.confidence; });
    std::vector<CalibrationBin> result(static_cast<std::size_t>(bins));
    const std::size_t least = ranked.size() / result.size();
    const std::size_t longer = ranked.size() % result.size();
    std::size_t next = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::size_t count = least + (i < longer ? 1 : 0);
        if (count == 0) break;
        result[i].low = ranked[next].confidence;
        result[i].high = ranked[next + count - 1].confidence;
        for (const std::size_t end = next + count; next < end; ++next) add(result[i], ranked[next]);
        finish(result[i]);
    }
    return result;
}

double calibrationError(std::span<const CalibrationBin> bins) {
    double sum = 0;
    std::int64_t images = 0;
    for (const CalibrationBin& bin : bins) {
        sum += static_cast<double>(bin.images) * std::abs(bin.accuracy - bin.confidence);
        images += bin.images;
    }
    return images == 0 ? 0 : sum / static_cast<double>(images);
}

}  // namespace vit
