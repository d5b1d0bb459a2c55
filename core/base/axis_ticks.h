// SPDX-License-Identifier: GPL-3.0-or-later
// Round numbers along the axes of plots and beside bars of colours.
#pragma once

#include "core/base/value_range.h"

#include <string>
#include <vector>

namespace vit {

// 1, 2 or 5 times a power of ten, so that about `count` of them fit into the range, which must have a length.
double tickStep(const ValueRange& range, int count);

// The multiples of `step` from the first at or above the range's lower end.
std::vector<double> ticks(const ValueRange& range, double step);

// Rounded to the step, so that neither 0.30000000000000004 nor -0 appears.
std::string tickText(double value, double step);

// A range without a length gets one.
ValueRange widened(ValueRange range);

}  // namespace vit
