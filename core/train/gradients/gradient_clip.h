// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients that are too long are shortened, all by the same factor.
#pragma once

#include "core/train/gradients/gradient_stage.h"

namespace vit {

// As long together as `most` > 0 (in the Euclidean norm over all of them) at the most: Pascanu et al., "On the difficulty
// of training recurrent neural networks", 2013. Waits for no device.
class GradientClip : public GradientStage {
public:
    explicit GradientClip(double most) : m_most(most) {}
    Next apply(std::span<const torch::Tensor> parameters, std::int64_t images) override;

private:
    double m_most;
};

}  // namespace vit
