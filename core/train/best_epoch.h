// SPDX-License-Identifier: GPL-3.0-or-later
// Which epoch's weights are the best ones.
#pragma once

#include "core/config/config.h"
#include "core/events/metrics.h"
#include "core/train/checkpoints/checkpoint.h"

#include <cstdint>
#include <optional>

namespace vit {

// "validation accuracy": within a sentence.
const char* nameOf(BestBy by);

// Notes an epoch as the best one if it is better than all before it, and says whether it is. Without validation images
// the last one counts as the best. macroF1 is looked at where it decides.
bool noteIfBest(TrainingPosition& position, BestBy by, std::int64_t epoch,
                const std::optional<EpochMetrics>& validation, double macroF1);

}  // namespace vit
