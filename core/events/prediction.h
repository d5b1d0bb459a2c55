// SPDX-License-Identifier: GPL-3.0-or-later
// What a model says of one picture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct ClassProbability {
    std::int32_t index = 0;
    std::string name;
    double probability = 0;  // softmax of the logits, 0–1
};

struct Prediction {
    std::vector<ClassProbability> top;  // most probable first; ties by lower index
    std::string model;                  // the run's name
    std::int64_t epoch = 0;             // finished epochs of training behind these weights; may be 0
    std::int64_t step = 0;              // steps of training behind these weights
    bool training = false;              // the model is still being trained
    double milliseconds = 0;            // preparation and forward pass
};

}  // namespace vit
