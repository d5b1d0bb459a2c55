// SPDX-License-Identifier: GPL-3.0-or-later
// One step of training: forward, backward, update.
#pragma once

#include "core/events/event.h"
#include "core/input/batch_source.h"
#include "core/model/classifier.h"
#include "core/train/optimizers/optimizer.h"
#include "core/train/step_graph.h"

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace vit {

class TrainStep {
public:
    // Classifier and optimizer outlive it. `say` is told what a user should know about how the steps run.
    TrainStep(Classifier& classifier, Optimizer& optimizer, std::int64_t seed, std::function<void(const Message&)> say);

    // Trains on a batch as step number `step` of the run. Returns the batch's metrics (see batchMetrics), which a GPU
    // may still be computing.
    torch::Tensor run(const PreparedBatch& batch, std::int64_t step, double learningRate);

private:
    Classifier& m_classifier;
    Optimizer& m_optimizer;
    std::uint64_t m_seed;
    std::function<void(const Message&)> m_say;
    std::int64_t m_batchSize;             // of all batches but an epoch's last
    bool m_records;                       // the first whole batch is to be recorded
    std::unique_ptr<StepGraph> m_graph;

    torch::Tensor learn(const PreparedBatch& batch, const ForwardMode& mode);
    void record(const PreparedBatch& batch, const ForwardMode& mode);
};

}  // namespace vit
