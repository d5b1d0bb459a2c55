// SPDX-License-Identifier: GPL-3.0-or-later
// The values of one varied hyperparameter: all of them, or one drawn.
#pragma once

#include "core/base/split_mix.h"
#include "core/sweeps/sweep_plan.h"

#include <optional>
#include <string>
#include <vector>

namespace vit {

// One sentence on what is wrong with the axis by itself and what to do.
std::optional<std::string> axisProblem(const SweepAxis& axis);

// Of an axis without a problem.
bool isCountable(const SweepAxis& axis);  // a list, or a range with a step or a count
std::vector<Value> axisValues(const SweepAxis& axis);  // needs isCountable()
Value drawnValue(const SweepAxis& axis, SplitMix& random);

}  // namespace vit
