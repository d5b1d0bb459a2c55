// SPDX-License-Identifier: GPL-3.0-or-later
// In fp32: the products of a few hundred rows are nothing beside those of a batch.
#include "core/train/optimizers/muon.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

bool isMatrixOfABlock(const ParameterRow& row) {
    return row.role == ParameterRole::Kernel && row.name.starts_with("blocks.");
}

}  // namespace

torch::Tensor orthogonalised(const torch::Tensor& matrix) {
    constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;  // steep at 0, and near 1 from there
    constexpr int kSteps = 5;
    constexpr double kEpsilon = 1e-7;
    const bool tall = matrix.size(0) > matrix.size(1);
    torch::Tensor x = tall ? matrix.t() : matrix;  // the smaller square
    x = x / (x.norm() + kEpsilon);
    for (int step = 0; step < kSteps; ++step) {
        const torch::Tensor square = x.matmul(x.t());
        x = at::addmm(x, torch::addmm(square, square, square, kB, kC), x, kA, 1);
    }
    return tall ? x.t() : x;
}

Muon::Muon(const std::vector<Weight>& weights, const OptimizerConfig& config)
    : AdamW(weights, config, [](const ParameterRow& row) { return !isMatrixOfABlock(row); }) {
    for (Slot& slot : slots())
        if (isMatrixOfABlock(slot.row)) slot.states = {{"momentum", torch::zeros_like(slot.parameter)}};
}

void Muon::update(double learningRate) {
    AdamW::update(learningRate);
    const double rate = config().matrixRate * learningRate / config().learningRate;
    for (Slot& slot : slots()) {
        const torch::Tensor& gradient = slot.parameter.grad();
        if (!isMatrixOfABlock(slot.row) || !gradient.defined()) continue;
        torch::Tensor& momentum = slot.states[0].value;
        momentum.lerp_(gradient, 1 - config().momentum);
        const torch::Tensor direction = config().nesterov ? gradient.lerp(momentum, config().momentum) : momentum;
        // A matrix with more outputs than inputs moves each of its outputs less.
        const double shape = std::sqrt(std::max(1.0, static_cast<double>(gradient.size(0)) /
                                                         static_cast<double>(gradient.size(1))));
        if (slot.decayed) slot.parameter.mul_(1 - decayOf(rate));
        slot.parameter.sub_(orthogonalised(direction), rate * shape);
    }
}

}  // namespace vit
