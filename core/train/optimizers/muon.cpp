// SPDX-License-Identifier: GPL-3.0-or-later
// In fp32, though Jordan's is in bf16: with the laptop presets (batches of 512, one thread of a processor that multiplies bf16)
// the products of a few hundred rows took some 3 % of a step's time. bf16 would save half of that, and cost accuracy.
#include "core/train/optimizers/muon.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace vit {

namespace {

bool isHiddenMatrix(const ParameterRow& row) {
    return row.role == ParameterRole::StemKernel ||
           (row.role == ParameterRole::Kernel && row.name.starts_with("blocks."));
}

}  // namespace

torch::Tensor orthogonalised(const torch::Tensor& matrices) {
    constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;  // steep at 0, and near 1 from there
    constexpr int kSteps = 5;
    constexpr double kEpsilon = 1e-7;
    const bool tall = matrices.size(-2) > matrices.size(-1);
    torch::Tensor x = tall ? matrices.mT() : matrices;  // the smaller square
    x = x / (at::linalg_vector_norm(x, 2, {-2, -1}, /*keepdim=*/true) + kEpsilon);
    for (int step = 0; step < kSteps; ++step) {
        const torch::Tensor square = x.matmul(x.mT());
        x = at::baddbmm(x, at::baddbmm(square, square, square, kB, kC), x, kA, 1);
    }
    return tall ? x.mT() : x;
}

Muon::Muon(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed)
    : AdamW(weights, config, seed, [](const ParameterRow& row) { return !isHiddenMatrix(row); }) {
    for (Slot& slot : slots())
        if (isHiddenMatrix(slot.row)) slot.states = {{"momentum", torch::zeros_like(slot.parameter)}};
}

void Muon::update(double learningRate) {
    AdamW::update(learningRate);
    // Those of one shape together: of small ones, calls would cost more than the products.
    std::map<std::vector<std::int64_t>, std::vector<Slot*>> byShape;
    for (Slot& slot : slots())
        if (isHiddenMatrix(slot.row) && slot.parameter.grad().defined()) byShape[slot.row.shape].push_back(&slot);
    const double matrixRate = config().matrixRate * learningRate / config().learningRate;
    for (const auto& [shape, alike] : byShape) {
        std::vector<torch::Tensor> directions;
        for (Slot* slot : alike) directions.push_back(directionOf(*slot));
        const torch::Tensor moves = orthogonalised(torch::stack(directions));
        // A matrix with more outputs than inputs moves each of its outputs less.
        const double scale = std::sqrt(std::max(1.0, static_cast<double>(shape[0]) / static_cast<double>(shape[1])));
        for (std::size_t i = 0; i < alike.size(); ++i) {
            const double rate = matrixRate * alike[i]->rateShare;
            if (alike[i]->decayed) alike[i]->parameter.mul_(1 - decayOf(rate));
            alike[i]->parameter.sub_(moves[static_cast<std::int64_t>(i)], rate * scale);
        }
    }
}

torch::Tensor Muon::directionOf(Slot& slot) const {
    const torch::Tensor& gradient = slot.parameter.grad();
    torch::Tensor& momentum = slot.states[0].value;
    momentum.lerp_(gradient, 1 - config().momentum);
    return config().nesterov ? gradient.lerp(momentum, config().momentum) : momentum;
}

}  // namespace vit
