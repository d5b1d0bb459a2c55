// SPDX-License-Identifier: GPL-3.0-or-later
// Events of a run as lines of the log.
#pragma once

#include "core/events/event.h"
#include "core/session/evaluation.h"

#include <QString>

namespace vit::ui {

QString startedText(const RunStarted& run);
QString epochText(const EpochDone& epoch);
QString stateText(const RunFinished& result);  // "first stopped early"
QString finishedText(const RunFinished& result);
QString evaluatedText(const RunEvaluated& evaluated);
QString failedText(const RunFailed& failure);  // hyperparameters by their labels instead of their keys

}  // namespace vit::ui
