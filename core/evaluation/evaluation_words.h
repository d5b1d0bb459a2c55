// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation's figures in words: one list, which terminal, report and window show.
#pragma once

#include "core/evaluation/evaluation_summary.h"

#include <string>
#include <vector>

namespace vit {

struct EvaluationFigure {
    std::string label;  // "Calibration error"
    std::string value;  // "8.12 %"
    std::string help;   // what it is, in a sentence
};

std::vector<EvaluationFigure> figuresOf(const EvaluationSummary& summary);

// "54.20 – 56.10 %", of shares
std::string intervalText(const Interval& interval);

// "test images of cifar-100, weights after epoch 12"
std::string subjectText(const EvaluationSubject& subject);

}  // namespace vit
