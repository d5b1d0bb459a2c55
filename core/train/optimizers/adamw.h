// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW in the conventions of TensorFlow Addons, Keras and PyTorch (Loshchilov & Hutter, "Decoupled weight decay
// regularization", 2019).
#pragma once

#include "core/train/optimizers/optimizer.h"

namespace vit {

// Remembers the moments "m" and "v".
class AdamW : public Optimizer {
public:
    AdamW(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed = 0)
        : AdamW(weights, config, seed, [](const ParameterRow&) { return true; }) {}

protected:
    // Takes only some of the weights; a derived class sees to the others.
    using Takes = bool (*)(const ParameterRow& row);
    AdamW(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed, Takes takes);

    void update(double learningRate) override;

private:
    Takes m_takes;

    void updateGroup(const Group& group, double learningRate);
};

}  // namespace vit
