// SPDX-License-Identifier: GPL-3.0-or-later
// Through libtorch's fused kernel.
#include "core/train/optimizers/sgd.h"

namespace vit {

Sgd::Sgd(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed)
    : Optimizer(weights, config, seed) {
    if (config.momentum == 0) return;
    for (Slot& slot : slots()) slot.states = {{"momentum", torch::zeros_like(slot.parameter)}};
}

void Sgd::update(double learningRate) {
    for (const Group& group : groups()) updateGroup(group, learningRate * group.rateShare);
}

void Sgd::updateGroup(const Group& group, double learningRate) {
    const bool coupled = config().decayConvention == DecayConvention::PyTorch;
    std::vector<torch::Tensor> parameters, gradients, momenta;
    for (Slot* slot : group.slots) {
        if (group.decayed && !coupled) slot->parameter.mul_(1 - decayOf(learningRate));
        parameters.push_back(slot->parameter);
        gradients.push_back(slot->parameter.grad());
        if (!slot->states.empty()) momenta.push_back(slot->states[0].value);
    }
    at::_fused_sgd_(parameters, gradients, momenta, group.decayed && coupled ? config().weightDecay : 0, config().momentum,
                    learningRate, /*dampening=*/0, config().nesterov && config().momentum > 0, /*maximize=*/false,
                    /*is_first_step=*/false);
}

}  // namespace vit
