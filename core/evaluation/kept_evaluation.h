// SPDX-License-Identifier: GPL-3.0-or-later
// What of an evaluation is kept with the run: its figures, and which classes were taken for which.
#pragma once

#include "core/evaluation/confusion_matrix.h"
#include "core/evaluation/evaluation_summary.h"

#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct EvaluatedClasses {
    std::vector<std::string> names;
    std::vector<std::string> superclasses;  // of each class; empty: none is known
};

struct KeptEvaluation {
    EvaluationSummary summary;
    EvaluatedClasses classes;  // none in a file of an older version, or of a model with too many
    ConfusionMatrix confusion;  // of these classes
};

// With more of them the figures alone are kept: the matrix would fill the memory, and nobody could read it.
inline constexpr std::int64_t kMostKeptClasses = 4096;

// As one indented JSON object with a newline at its end: toJson() of the summary, with the classes and the cells of the
// matrix that have images. fromJson throws Error when something is missing, of the wrong kind, or contradicts the rest.
std::string toJson(const KeptEvaluation& evaluation);
KeptEvaluation keptEvaluationFromJson(std::string_view json);

}  // namespace vit
