// SPDX-License-Identifier: GPL-3.0-or-later
// A weight at a time: it moves far less memory than the step computes.
#include "core/train/optimizers/lion.h"

namespace vit {

Lion::Lion(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed)
    : Optimizer(weights, config, seed) {
    for (Slot& slot : slots()) slot.states = {{"m", torch::zeros_like(slot.parameter)}};
}

void Lion::update(double learningRate) {
    for (Slot& slot : slots()) {
        const torch::Tensor& gradient = slot.parameter.grad();
        if (!gradient.defined()) continue;
        torch::Tensor& m = slot.states[0].value;
        const double rate = learningRate * slot.rateShare;
        if (slot.decayed) slot.parameter.mul_(1 - decayOf(rate));
        slot.parameter.sub_(m.lerp(gradient, 1 - config().beta1).sign_(), rate);
        m.lerp_(gradient, 1 - config().beta2);
    }
}

}  // namespace vit
