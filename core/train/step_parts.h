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
    std::int64_t accumulate = 1;  // parts of a batch, one after the other
};

// As the configuration has it, for a process that is alone. classWeights: float [classes] on the model's device, or
// undefined where all count alike.
StepParts stepParts(const Config& config, const torch::Tensor& classWeights = {});

}  // namespace vit
