// SPDX-License-Identifier: GPL-3.0-or-later
// Stochastic gradient descent with momentum (Polyak, 1964; Nesterov, 1983; as PyTorch writes it).
#pragma once

#include "core/train/optimizers/optimizer.h"

namespace vit {

// b = momentum * b + g;  w -= rate * (nesterov ? g + momentum * b : b). The decay passes through the momentum in PyTorch's
// convention, and shrinks the weights beside it in the others. Remembers "momentum", unless it is 0.
class Sgd : public Optimizer {
public:
    Sgd(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed = 0);

private:
    void update(double learningRate) override;
    void updateGroup(const Group& group, double learningRate);
};

}  // namespace vit
