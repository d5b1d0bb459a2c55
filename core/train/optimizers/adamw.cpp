// SPDX-License-Identifier: GPL-3.0-or-later
// All three conventions through libtorch's fused kernel, which speaks PyTorch's.
#include "core/train/optimizers/adamw.h"

#include <cmath>

namespace vit {

AdamW::AdamW(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed, Takes takes)
    : Optimizer(weights, config, seed), m_takes(takes) {
    for (Slot& slot : slots())
        if (m_takes(slot.row))
            slot.states = {{"m", torch::zeros_like(slot.parameter)}, {"v", torch::zeros_like(slot.parameter)}};
}

void AdamW::update(double learningRate) {
    for (const Group& group : groups()) updateGroup(group, learningRate * group.rateShare);
}

void AdamW::updateGroup(const Group& group, double learningRate) {
    // The kernel multiplies the decay by the learning rate and adds epsilon to sqrt(v / (1 - b2^t)). Where a convention
    // does otherwise, its constants are changed so that the same update results.
    const auto updates = static_cast<double>(group.steps);
    double epsilon = config().epsilon;
    if (config().decayConvention != DecayConvention::PyTorch) epsilon /= std::sqrt(1 - std::pow(config().beta2, updates));
    double weightDecay = group.decayed ? config().weightDecay : 0;
    if (config().decayConvention == DecayConvention::Decoupled) weightDecay /= learningRate;
    std::vector<torch::Tensor> parameters, gradients, m, v;
    for (Slot* slot : group.slots) {
        if (!m_takes(slot->row)) continue;
        parameters.push_back(slot->parameter);
        gradients.push_back(slot->parameter.grad());
        m.push_back(slot->states[0].value);
        v.push_back(slot->states[1].value);
    }
    if (parameters.empty()) return;
    const torch::Tensor count =
        torch::full({}, updates, torch::dtype(torch::kFloat32).device(parameters.front().device()));
    const std::vector<torch::Tensor> counts(parameters.size(), count);  // the kernel only reads it
    at::_fused_adamw_(parameters, gradients, m, v, {}, counts, learningRate, config().beta1, config().beta2,
                      weightDecay, epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace vit
