// SPDX-License-Identifier: GPL-3.0-or-later
// What every optimizer is to the training loop and to checkpoints, and the table of those there are.
#pragma once

#include "core/config/config.h"
#include "core/config/learning_plan.h"
#include "core/io/safetensors.h"
#include "core/model/vision_transformer.h"
#include "core/train/optimizers/low_rank.h"
#include "core/train/optimizers/weight_average.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vit {

class Optimizer {
public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    // What is updated in a weight's stead: itself, or the factors of its adapters (LowRank).
    std::vector<torch::Tensor> updatedFor(const torch::Tensor& weight) const;

    // After a backward pass, before anything else is done to gradients: from those of the weights to those of what is
    // updated. Clipping then sees what learns.
    void takeGradients();
    // One update with the gradients that are there; learningRate > 0. Parameters without a gradient are left alone, decay
    // and all, and their counts of updates stand still, as PyTorch has it: what thaws starts as in a run's first step.
    void step(double learningRate);
    void clearGradients();

    std::int64_t steps() const { return m_steps; }

    // The moving average of the weights, as config.emaDecay wants it; null if there is none.
    const WeightAverage* average() const { return m_average.get(); }

    // What it remembers of each parameter as "optimizer.STATE.NAME", their averages and adapters among it, the count of
    // steps as metadata "optimizer.steps", and as "optimizer.steps.NAME" that of a parameter which has missed some.
    void store(TensorFile& file) const;
    void load(const TensorFile& file);  // throws Error if something is missing or does not fit

protected:
    // Something remembered from step to step: its name in files, and a tensor of the parameter's shape.
    struct State {
        std::string name;
        torch::Tensor value;
    };
    struct Slot {
        ParameterRow row;
        torch::Tensor parameter;
        bool decayed;  // kernels of dense layers alone, or all
        double rateShare;  // of the learning rate, by its depth (optimizer.layer_decay)
        std::vector<State> states{};  // filled by the derived class, in an order of its own; zeros at first
        std::int64_t steps = 0;       // updates, this one included
    };

    // Slots that are updated now, with the same constants.
    struct Group {
        bool decayed;
        double rateShare;
        std::int64_t steps;
        std::vector<Slot*> slots{};
    };

    // Of the weights that ever learn; the others have no slot, and no average either. What is adapted has slots for its
    // factors in its stead, of its depth and decayed as kernels are, and an average of what is merged. The seed draws
    // adapters.
    Optimizer(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed);

    const OptimizerConfig& config() const { return m_config; }
    // The share of a decayed weight that one step at this rate takes away.
    double decayOf(double learningRate) const;
    std::vector<Slot>& slots() { return m_slots; }
    std::vector<Group> groups();  // of those that have a gradient

    // steps() and those of the slots count this update already.
    virtual void update(double learningRate) = 0;

private:
    OptimizerConfig m_config;
    std::vector<Slot> m_slots;
    std::unique_ptr<LowRank> m_lowRank;  // null: all weights that learn are updated themselves
    std::unique_ptr<WeightAverage> m_average;
    std::int64_t m_steps = 0;
};

// A new optimizer is a file that derives from Optimizer, its row in optimizer_table.cpp, and its choice in
// core/config/schema_training.cpp.
struct OptimizerRow {
    OptimizerType type;
    const char* value;  // its name in configurations
    std::unique_ptr<Optimizer> (*make)(const std::vector<Weight>& weights, const OptimizerConfig& config,
                                       std::uint64_t seed);
};
std::span<const OptimizerRow> optimizerTable();

// That of config.type. The seed draws its adapters, if there are any.
std::unique_ptr<Optimizer> makeOptimizer(const std::vector<Weight>& weights, const OptimizerConfig& config,
                                         std::uint64_t seed = 0);

}  // namespace vit
