// SPDX-License-Identifier: GPL-3.0-or-later
// The model that answers predictions: the one in training, else the last one trained or opened.
#pragma once

#include "core/model/classifier.h"

#include <cstdint>
#include <memory>
#include <string>

namespace vit {

struct CurrentModel {
    std::shared_ptr<Classifier> classifier;  // null: there is none yet
    std::string name;
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    bool training = false;

    Prediction predict(const Image& image, int top) const {
        Prediction prediction = classifier->predict(image, top);
        prediction.model = name;
        prediction.epoch = epoch;
        prediction.step = step;
        prediction.training = training;
        return prediction;
    }
};

}  // namespace vit
