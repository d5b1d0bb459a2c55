// SPDX-License-Identifier: GPL-3.0-or-later
// A moving average of the weights, which wanders less than they do (Polyak & Juditsky, "Acceleration of stochastic
// approximation by averaging", 1992).
#pragma once

#include "core/model/vision_transformer.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vit {

class WeightAverage {
public:
    // decay: 0 to below 1.
    WeightAverage(const std::vector<Weight>& weights, double decay);

    // Starts from the weights as they are.
    void begin();
    // After update number `step` (from 1): average += (1 - d) * (weight - average), with d = min(decay, (1 + step) /
    // (10 + step)), so that the first weights, which are drawn, are soon forgotten.
    void follow(std::int64_t step);

    // Exchanges weights and averages, in place.
    void exchange() const;
    // By the weights' names.
    using Visit = std::function<void(const std::string& name, const torch::Tensor& value)>;
    void forEach(const Visit& visit) const;

private:
    double m_decay;
    std::vector<std::string> m_names;
    std::vector<torch::Tensor> m_weights;
    std::vector<torch::Tensor> m_averages;
};

// While there is one of these the network has the averaged weights. Null: it keeps its own.
class AveragedWeights {
public:
    explicit AveragedWeights(const WeightAverage* average) : m_average(average) {
        if (m_average != nullptr) m_average->exchange();
    }
    ~AveragedWeights() {
        if (m_average != nullptr) m_average->exchange();
    }
    AveragedWeights(const AveragedWeights&) = delete;
    AveragedWeights& operator=(const AveragedWeights&) = delete;

private:
    const WeightAverage* m_average;
};

}  // namespace vit
