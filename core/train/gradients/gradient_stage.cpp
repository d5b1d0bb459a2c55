// SPDX-License-Identifier: GPL-3.0-or-later
// One stage after the other.
#include "core/train/gradients/gradient_stage.h"

#include <torch/utils.h>

namespace vit {

GradientStage::Next applyStages(const GradientStages& stages, std::span<const torch::Tensor> parameters,
                                std::int64_t images) {
    const torch::NoGradGuard noGrad;
    for (const auto& stage : stages) {
        if (stage->apply(parameters, images) == GradientStage::Next::Wait) return GradientStage::Next::Wait;
    }
    return GradientStage::Next::GoOn;
}

}  // namespace vit
