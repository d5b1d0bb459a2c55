// SPDX-License-Identifier: GPL-3.0-or-later
// The course of a run in sentences, for its log.txt.
#pragma once

#include "core/events/event.h"

#include <string>

namespace vit {

std::string logText(const RunStarted& run);
std::string logText(const EpochDone& epoch);
std::string logText(const RunFinished& result);  // why a run failed is told by the message after it

}  // namespace vit
