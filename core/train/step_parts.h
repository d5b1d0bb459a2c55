// SPDX-License-Identifier: GPL-3.0-or-later
// What a step of training consists of besides the network and the optimizer.
#pragma once

#include "core/config/config.h"
#include "core/train/gradients/gradient_stage.h"
#include "core/train/objectives/cross_entropy.h"

namespace vit {

class RankGroup;

struct StepParts {
    Objective objective = crossEntropy();
    GradientStages stages{};
    RankGroup* ranks = nullptr;  // those among which a batch is shared out; null: there is one
};

// As the configuration has it, for a process that is alone.
StepParts stepParts(const Config& config);

}  // namespace vit
