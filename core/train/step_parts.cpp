// SPDX-License-Identifier: GPL-3.0-or-later
// From hyperparameters to objective and stages.
#include "core/train/step_parts.h"

#include "core/train/gradients/gradient_clip.h"

namespace vit {

StepParts stepParts(const Config& config, const torch::Tensor& classWeights) {
    StepParts parts{.objective = crossEntropy(config.loss.labelSmoothing, classWeights),
                    .accumulate = config.run.accumulate};
    if (config.optimizer.clipNorm > 0) parts.stages.push_back(std::make_unique<GradientClip>(config.optimizer.clipNorm));
    return parts;
}

}  // namespace vit
