// SPDX-License-Identifier: GPL-3.0-or-later
// Kernels that learn by low-rank adapters (Hu et al., "LoRA: low-rank adaptation of large language models", 2021).
#pragma once

#include "core/config/config.h"
#include "core/config/learning_plan.h"
#include "core/model/vision_transformer.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vit {

// W = W0 + s · B A with s = alpha / rank, A [rank, inputs] and B [outputs, rank]. The network holds W itself, the merged
// kernel, at all times: forward and backward pass, evaluation, analyses, exports and saved weights are those of any other
// model. W0 and the factors lie here; a step goes from the gradient of W to those of A and B, which an optimizer updates like
// any weights, and back to W.
class LowRank {
public:
    // Of kernels that are adapted (isAdapted()). Each A is drawn uniform within ±1 / sqrt(inputs), Kaiming's limit as peft
    // takes it, by the seed and its place among them; each B is zero, so that W is W0 at first.
    LowRank(const std::vector<Weight>& kernels, const OptimizerConfig& config, std::uint64_t seed);

    // Takes the kernels as they are for W0, with B still zero.
    void begin();

    // A and B of each part of a kernel; empty if the weight is none of the kernels.
    std::vector<Weight> factorsOf(const torch::Tensor& weight) const;

    // From the gradient G of each kernel those of its factors: s · Bᵀ G and s · G Aᵀ. None where the kernel has none. They
    // are linear in G, which may be the sum over ranks.
    void takeGradients();
    void clearGradients();  // of the kernels
    // W = W0 + s · B A in place, where a recorded step reads it.
    void merge();

    // A, B ("adapter") and W0 ("base"), all that a checkpoint must hold besides W, from which W0 would come back rounded.
    using Visit = std::function<void(const char* what, const std::string& name, const torch::Tensor& value)>;
    void forEach(const Visit& visit) const;

private:
    struct Adapter {
        std::int64_t firstOutput;
        std::int64_t outputs;
        Weight down;  // A
        Weight up;    // B
    };
    struct Kernel {
        Weight weight;
        torch::Tensor base;  // W0
        std::vector<Adapter> adapters;
    };

    double m_scale;
    std::vector<Kernel> m_kernels;
};

}  // namespace vit
