// SPDX-License-Identifier: GPL-3.0-or-later
// The class that most of the nearest training photos have, by the cosine of the features: nothing is trained.
#pragma once

#include "core/base/progress.h"
#include "core/finetune/labelled_rows.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vit {

// As scikit-learn's KNeighborsClassifier(k, metric="cosine"): each of the k nearest has one vote; of classes with as many
// votes the one with the lower index is taken. Of photos that are equally near the first ones are.
struct NearestVotes {
    std::int64_t classes = 0;
    std::vector<std::int32_t> votes;  // [photos, classes]
    std::vector<std::int32_t> predicted;
};

// 1 ≤ k ≤ the number of training rows.
NearestVotes nearestVotes(const LabelledRows& train, std::int64_t classes, const LabelledRows& asked, std::int64_t k);

struct ChosenK {
    std::int64_t k = 1;
    double leaveOneOut = 0;  // accuracy, 0–1: each training photo by the others
    std::vector<std::pair<std::int64_t, double>> tried;  // k and its accuracy
};

// Among 1, 3, 5, 9 and 15, as far as there are so many others: the best, of equals the smallest. Throws Cancelled;
// InvalidInput when there are fewer than two training rows.
ChosenK chooseK(const LabelledRows& train, std::int64_t classes, const Progress& progress = {});

}  // namespace vit
