// SPDX-License-Identifier: GPL-3.0-or-later
// A linear classifier on features: multinomial logistic regression, as scikit-learn's StandardScaler and
// LogisticRegression(C) in a pipeline have it.
#pragma once

#include "core/base/progress.h"
#include "core/finetune/labelled_rows.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vit {

struct LinearProbe {
    std::int64_t classes = 0;
    std::int64_t features = 0;
    std::vector<double> weight;  // [classes, features], for the features as they are, not standardised
    std::vector<double> bias;    // [classes]

    std::vector<float> logits(std::span<const float> rows) const;  // [N, features] -> [N, classes]
};

// The least of C · Σ cross-entropy (in nats) + ½ · |W|², W being the weights for features of mean 0 and deviation 1 (over
// these rows; a feature that is the same everywhere is only centred); of two classes, as scikit-learn does, of the one
// vector that tells them apart. The biases cost nothing. In double precision. Throws Cancelled.
LinearProbe fitProbe(const LabelledRows& rows, std::int64_t classes, double c, const Progress& progress = {});

// The same in single precision and nearly at its least, in a fraction of the time: for accuracies.
LinearProbe roughProbe(const LabelledRows& rows, std::int64_t classes, double c, const Progress& progress = {});

// Of those rows the share that the probe tells right, 0–1; of classes that are equal the lower index counts.
double accuracyOf(const LinearProbe& probe, const LabelledRows& rows);

struct ChosenStrength {
    double c = 1;
    double accuracy = 0;  // cross-validated, 0–1; NaN when no class has two photos
    std::int64_t folds = 0;
    std::vector<std::pair<double, double>> tried;  // C and its accuracy, from the strongest regularisation on
};

// Among 0.001, 0.01, 0.1, 1 and 10, by stratified cross-validation in which each fit starts from the one before: the best,
// of equals the strongest regularisation. A class's only photo is never left out. Throws Cancelled.
ChosenStrength chooseStrength(const LabelledRows& rows, std::int64_t classes, const Progress& progress = {});

}  // namespace vit
