// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of a sweep's files as JSON values.
#pragma once

#include "core/sweeps/sweep_plan.h"

#include <nlohmann/json.hpp>

namespace vit {

nlohmann::ordered_json sweepPlanJson(const SweepPlan& plan);
nlohmann::ordered_json sweepValueJson(const Value& value);
// Throws InvalidInput naming the hyperparameter if it cannot have this value.
Value sweepValueFromJson(const Field& field, const nlohmann::ordered_json& json);

}  // namespace vit
