// SPDX-License-Identifier: GPL-3.0-or-later
// Muon (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024): the momentum of a matrix, made
// orthogonal, so that it moves the outputs alike in all directions.
#pragma once

#include "core/train/optimizers/adamw.h"

namespace vit {

// Takes the matrices of blocks and stem, at matrixRate, which follows the schedule as the learning rate does; embeddings, norms,
// biases and head go by AdamW. Remembers "momentum" of the one, "m" and "v" of the other.
class Muon : public AdamW {
public:
    Muon(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed = 0);

private:
    void update(double learningRate) override;
    torch::Tensor directionOf(Slot& slot) const;
};

// Matrices [count, outputs, inputs] with the same singular vectors and singular values between 0.7 and 1.2, by five steps
// of a Newton-Schulz iteration of fifth degree.
torch::Tensor orthogonalised(const torch::Tensor& matrices);

}  // namespace vit
