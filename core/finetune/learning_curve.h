// SPDX-License-Identifier: GPL-3.0-or-later
// How the linear probe's accuracy grows with the number of photos, and so whether more of them would help.
#pragma once

#include "core/base/progress.h"
#include "core/finetune/labelled_rows.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct LearningPoint {
    std::int64_t perClass = 0;  // photos of each class at most; of the last point, as many as the largest class has
    std::int64_t photos = 0;    // of all classes together
    double accuracy = 0;        // on the test photos, 0–1
};

struct LearningCurve {
    std::vector<LearningPoint> points;  // with 1, 2, 5, 10, 20, 50, … photos a class, and with all
    std::string advice;                 // whether more photos would help, as a sentence
};

// Each subset holds the smaller ones, the photos of a class being taken in an order that is always the same. Throws
// Cancelled.
LearningCurve learningCurve(const LabelledRows& train, const LabelledRows& test, std::int64_t classes, double c,
                            const Progress& progress = {});

// What such points tell. `tested`: on how many photos; a gain that chance alone can make of so few counts as none.
std::string learningAdvice(const std::vector<LearningPoint>& points, std::int64_t tested);

}  // namespace vit
