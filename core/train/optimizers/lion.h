// SPDX-License-Identifier: GPL-3.0-or-later
// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023).
#pragma once

#include "core/train/optimizers/optimizer.h"

namespace vit {

// w -= rate * sign(beta1 * m + (1 - beta1) * g), the decay beside it;  m = beta2 * m + (1 - beta2) * g. Remembers "m".
class Lion : public Optimizer {
public:
    Lion(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed = 0);

private:
    void update(double learningRate) override;
};

}  // namespace vit
