// SPDX-License-Identifier: GPL-3.0-or-later
// One step of training: forward, backward, what is done to the gradients, update.
#pragma once

#include "core/events/event.h"
#include "core/input/batch_source.h"
#include "core/model/classifier.h"
#include "core/ranks/rank_group.h"
#include "core/train/optimizers/optimizer.h"
#include "core/train/step_graph.h"
#include "core/train/step_parts.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace vit {

class TrainStep {
public:
    enum class Phase { Forward, Backward, Update };  // with the loss; with the metrics; with the gradients' stages

    // Classifier and optimizer outlive it. `say` is told what a user should know about how the steps run.
    TrainStep(Classifier& classifier, Optimizer& optimizer, std::int64_t seed, std::function<void(const Message&)> say,
              StepParts parts = {});

    // From here on what learns in that epoch of the run, from 1, does; until it is called, that of the first one. A step that
    // is recorded is recorded anew where it is more than before.
    void beginEpoch(std::int64_t epoch);

    // Trains on a batch as step number `step` of the run; its labels are targets as the objective takes them. Returns
    // the batch's metrics (see batchMetrics), which a GPU may still be computing: of all ranks, each of which gives its
    // part of the batch.
    torch::Tensor run(const PreparedBatch& batch, std::int64_t step, double learningRate);

    // Called when all of a phase has been asked of the device. A step that is recorded, or takes its batch in parts,
    // has no Forward: it is part of Backward.
    void watch(std::function<void(Phase)> ended) { m_ended = std::move(ended); }

private:
    using Ended = std::function<void(Phase)>;

    Classifier& m_classifier;
    Optimizer& m_optimizer;
    std::uint64_t m_seed;
    std::function<void(const Message&)> m_say;
    StepParts m_parts;
    Ended m_ended = [](Phase) {};
    std::vector<torch::Tensor> m_parameters;  // those that learn
    std::vector<torch::Tensor> m_updated;     // they, or adapters in their stead
    std::vector<torch::Tensor> m_frozen;      // the others
    std::int64_t m_batchSize;             // of all batches but an epoch's last; this rank's part of them
    bool m_records;                       // the next whole batch is to be recorded
    bool m_saidSo = false;                // that steps are recorded
    std::unique_ptr<StepGraph> m_graph;

    torch::Tensor learn(const PreparedBatch& batch, const ForwardMode& mode, const Ended& ended);
    torch::Tensor learnInParts(const PreparedBatch& batch, ForwardMode mode);
    void record(const PreparedBatch& batch, const ForwardMode& mode);
};

}  // namespace vit
