// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of an evaluation as SVG, coloured by the style sheet of the page they stand in.
#pragma once

#include "core/evaluation/calibration.h"
#include "core/evaluation/class_order.h"
#include "core/evaluation/confusion_matrix.h"

#include <string>
#include <vector>

namespace vit {

// For each bin its accuracy as a bar over its confidences, with a dot at their mean; the diagonal is where a model lies
// that is right as often as it is confident. Empty bins are not drawn.
std::string reliabilityPlot(const std::string& title, const std::vector<CalibrationBin>& bins);

// A row for each true class and a column for each predicted one, in this order, as strong as their strengthAt(); each
// cell says what it is when pointed at. A line is drawn where `groups` (of each class, or empty)
// changes.
std::string confusionPlot(const ConfusionMatrix& confusion, const std::vector<std::string>& names,
                          const ClassOrder& order, const std::vector<std::string>& groups);

}  // namespace vit
