// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW in the conventions of TensorFlow Addons, Keras and PyTorch (Loshchilov & Hutter, "Decoupled weight decay
// regularization", 2019).
#pragma once

#include "core/config/config.h"
#include "core/io/safetensors.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

class AdamW {
public:
    AdamW(const torch::nn::Module& module, const OptimizerConfig& config);

    // One update with the gradients that are there; learningRate > 0. Parameters without a gradient are left alone.
    void step(double learningRate);
    void clearGradients();

    std::int64_t steps() const { return m_steps; }

    // The moments as "optimizer.m.NAME" and "optimizer.v.NAME" and the count of steps as metadata "optimizer.steps".
    void store(TensorFile& file) const;
    void load(const TensorFile& file);  // throws Error if something is missing or does not fit

private:
    struct Slot {
        std::string name;
        torch::Tensor parameter;
        torch::Tensor m;
        torch::Tensor v;
        bool decayed;
    };

    OptimizerConfig m_config;
    std::vector<Slot> m_slots;
    std::int64_t m_steps = 0;

    void update(bool decayed, double learningRate, double weightDecay, double epsilon);
};

// Biases, norms, embeddings and the class token: everything that is no kernel of a dense layer.
bool isKernel(const std::string& parameterName);

}  // namespace vit
