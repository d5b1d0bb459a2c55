// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation on one page of HTML that needs nothing else: figures, calibration, confusions, classes.
#pragma once

#include "core/evaluation/evaluation.h"

#include <string>

namespace vit {

std::string htmlReport(const Evaluation& evaluation);

// Its parts, as HTML. Empty without bins, and without classes.
std::string calibrationReport(const EvaluationSummary& summary);
std::string pairsReport(const KeptEvaluation& evaluation);      // the most confused pairs
std::string confusionReport(const KeptEvaluation& evaluation);  // the matrix

}  // namespace vit
