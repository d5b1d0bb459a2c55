// SPDX-License-Identifier: GPL-3.0-or-later
// What a model said of every image of a split, and what that comes to for each of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// The answers themselves, from which all figures of an evaluation follow.
struct ImageAnswers {
    std::int64_t classes = 0;
    std::vector<std::int32_t> labels;  // [N], 0 … classes-1
    std::vector<float> logits;         // [N, classes]

    std::int64_t images() const { return static_cast<std::int64_t>(labels.size()); }
    std::span<const float> logitsOf(std::int64_t image) const;
};

// An image's true class, and what it was taken for. As with a batch's metrics (core/model/classifier.h), the most
// probable class has the lowest index of a tie, and an image is among the first five when fewer than five classes have
// a larger logit than its own.
struct ImagePrediction {
    static constexpr std::int32_t kNoClass = -1;

    std::int32_t label = 0;
    std::int32_t predicted = 0;
    double confidence = 0;  // probability of the predicted class: softmax of the logits, in double precision
    double loss = 0;        // cross-entropy in nats
    bool amongFive = false;
    std::array<std::int32_t, 5> top{};  // most probable first, ties by lower index; kNoClass beyond the last class

    bool right() const { return predicted == label; }
};

// One for each image, in their order. Throws Error when a logit is no finite number.
std::vector<ImagePrediction> predictionsOf(const ImageAnswers& answers);

}  // namespace vit
