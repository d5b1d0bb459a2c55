// SPDX-License-Identifier: GPL-3.0-or-later
// What dividing a model's logits by one number, its temperature, would do to its calibration (Guo et al. 2017). Which
// class is the most probable one stays as it is.
#pragma once

#include "core/evaluation/image_answers.h"

#include <cstdint>
#include <optional>
#include <span>

namespace vit {

// The temperature with the least cross-entropy, from 1/20 to 20: the nearest end where the least lies beyond, and 1
// where none is better than another.
double fitTemperature(const ImageAnswers& answers, std::span<const std::int64_t> images);

// Fitted on one half of the images, drawn at random (always alike), and told of the other, which it has not seen.
struct TemperaturePreview {
    double temperature = 1;
    std::int64_t fittedOn = 0;    // images
    std::int64_t reportedOn = 0;  // so too, of which the rest tells
    double accuracy = 0;          // with and without
    double eceBefore = 0;         // equal-width bins
    double eceAfter = 0;
    double lossBefore = 0;        // nats
    double lossAfter = 0;
};

// None for fewer than two images.
std::optional<TemperaturePreview> previewTemperature(const ImageAnswers& answers);

}  // namespace vit
