// SPDX-License-Identifier: GPL-3.0-or-later
// Events as JSON objects, and the way back. Keys are the members' names in
// snake_case; a number that is not finite is null.
#pragma once

#include "core/events/event.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace vit {

nlohmann::ordered_json eventJson(const Event& event);

// Any event, as a program that trains elsewhere tells it. Throws as those below.
Event eventFromJson(std::string_view text);

// Throw Error when the text is no such event. A key that is missing leaves its member as it is by default, so that a
// folder of an older version can still be read.
StepDone stepDoneFromJson(std::string_view text);
LayersMeasured layersMeasuredFromJson(std::string_view text);
EpochDone epochDoneFromJson(std::string_view text);
ProbePredicted probePredictedFromJson(std::string_view text);
RunFinished runFinishedFromJson(std::string_view text);

}  // namespace vit
