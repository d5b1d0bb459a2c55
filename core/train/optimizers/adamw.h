// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW in the conventions of TensorFlow Addons, Keras and PyTorch (Loshchilov & Hutter, "Decoupled weight decay
// regularization", 2019).
#pragma once

#include "core/train/optimizers/optimizer.h"

namespace vit {

// Remembers the moments "m" and "v".
class AdamW : public Optimizer {
public:
    AdamW(const torch::nn::Module& module, const OptimizerConfig& config);

private:
    void update(double learningRate) override;
    void updateGroup(bool decayed, double learningRate, double weightDecay, double epsilon);
};

}  // namespace vit
