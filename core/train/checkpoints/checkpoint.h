// SPDX-License-Identifier: GPL-3.0-or-later
// The two files of a run that hold weights: the best model, and all that is needed to go on, after an epoch or within
// it.
#pragma once

#include "core/events/metrics.h"
#include "core/io/safetensors.h"
#include "core/train/optimizers/optimizer.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace vit {

// Where a run stands. With the counter-based random numbers it is all there is to know besides weights and moments.
struct TrainingPosition {
    std::int64_t epoch = 0;        // finished epochs
    std::int64_t step = 0;         // finished steps
    std::int64_t stepInEpoch = 0;  // those of the epoch under way; 0 = it has not begun
    MetricSums sums;               // over them
    double epochSeconds = 0;       // and how long they took
    std::int64_t bestEpoch = 0;
    double bestAccuracy = -1;  // validation accuracy at bestEpoch; -1 = none yet
    std::optional<double> bestValue;  // of what bestEpoch goes by, higher is better; none: its accuracy, or none yet
    double seconds = 0;        // trained so far
};

TensorFile bestWeightsFile(const torch::nn::Module& network, const TrainingPosition& position);
void saveBestWeights(const std::filesystem::path& path, const torch::nn::Module& network,
                     const TrainingPosition& position);
void saveTrainingState(const std::filesystem::path& path, const torch::nn::Module& network, const Optimizer& optimizer,
                       const TrainingPosition& position);
// What saveTrainingState() writes, and what loadTrainingState() makes of it.
TensorFile trainingStateFile(const torch::nn::Module& network, const Optimizer& optimizer,
                             const TrainingPosition& position);
TrainingPosition restoreTrainingState(const TensorFile& file, torch::nn::Module& network, Optimizer& optimizer);
// Throws Error if the file is missing, torn or of another model.
TrainingPosition loadTrainingState(const std::filesystem::path& path, torch::nn::Module& network, Optimizer& optimizer);

}  // namespace vit
