// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of an evaluation, without images and classes: what is kept with the run.
#pragma once

#include "core/evaluation/bootstrap.h"
#include "core/evaluation/calibration.h"
#include "core/evaluation/class_scores.h"
#include "core/evaluation/temperature.h"
#include "core/events/metrics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

// Which model was evaluated, on which images, and where that was computed.
struct EvaluationSubject {
    std::string run;         // its name
    std::int64_t epoch = 0;  // finished epochs of training behind the weights
    std::int64_t step = 0;   // and steps
    std::string data;        // the data set's name
    std::string split;       // as splitName() has it
    std::string device;      // in words
    std::string precision;   // "fp32" or "bf16"
    std::string views{};     // as viewsText() has it; empty: each image as it is

    bool operator==(const EvaluationSubject&) const = default;
};

struct EvaluationSummary {
    EvaluationSubject subject;
    std::int64_t images = 0;  // at least one
    std::int64_t classes = 0;
    EpochMetrics metrics;
    Interval accuracy;  // 95 % bootstrap intervals
    Interval top5Accuracy;
    MeanScores mean;         // over the classes
    double ece = 0;          // with bins of equal width
    double adaptiveEce = 0;  // with bins of equal count
    std::vector<CalibrationBin> equalWidth;  // empty in a file of an older version
    std::vector<CalibrationBin> equalCount;
    std::optional<TemperaturePreview> temperature;
};

// As one indented JSON object with a newline at its end. fromJson throws Error when something is missing or of the
// wrong kind.
std::string toJson(const EvaluationSummary& summary);
EvaluationSummary evaluationSummaryFromJson(std::string_view json);

}  // namespace vit
