// SPDX-License-Identifier: GPL-3.0-or-later
// Copies in place: a recorded step reads the weights where they lie.
#include "core/train/optimizers/weight_average.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

WeightAverage::WeightAverage(const std::vector<Weight>& weights, double decay) : m_decay(decay) {
    const torch::NoGradGuard noGrad;
    for (const Weight& weight : weights) {
        m_names.push_back(weight.row.name);
        m_weights.push_back(weight.tensor);
        m_averages.push_back(weight.tensor.detach().clone());
    }
}

void WeightAverage::begin() {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_weights.size(); ++i) m_averages[i].copy_(m_weights[i]);
}

void WeightAverage::follow(std::int64_t step) {
    const torch::NoGradGuard noGrad;
    const auto t = static_cast<double>(step);
    const double decay = std::min(m_decay, (1 + t) / (10 + t));
    at::_foreach_lerp_(m_averages, m_weights, 1 - decay);
}

void WeightAverage::exchange() const {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_weights.size(); ++i) {
        const torch::Tensor weight = m_weights[i].detach().clone();
        m_weights[i].copy_(m_averages[i]);
        m_averages[i].copy_(weight);
    }
}

void WeightAverage::forEach(const Visit& visit) const {
    for (std::size_t i = 0; i < m_names.size(); ++i) visit(m_names[i], m_averages[i]);
}

}  // namespace vit
