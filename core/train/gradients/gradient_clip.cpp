// SPDX-License-Identifier: GPL-3.0-or-later
// The factor stays on the device.
#include "core/train/gradients/gradient_clip.h"

namespace vit {

GradientStage::Next GradientClip::apply(std::span<const torch::Tensor> parameters, std::int64_t) {
    constexpr double kEpsilon = 1e-6;
    std::vector<torch::Tensor> gradients;
    for (const torch::Tensor& parameter : parameters)
        if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    if (gradients.empty()) return Next::GoOn;
    const torch::Tensor norm = torch::stack(at::_foreach_norm(gradients)).norm();
    const torch::Tensor factor = (m_most / (norm + kEpsilon)).clamp_max(1);
    at::_foreach_mul_(gradients, factor);
    return Next::GoOn;
}

}  // namespace vit
