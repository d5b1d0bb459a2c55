// SPDX-License-Identifier: GPL-3.0-or-later
// The model that a run's folder holds: configuration, what it was trained on, and its weights, free of tensors.
#pragma once

#include "core/config/config.h"
#include "core/data/data_description.h"
#include "core/io/safetensors.h"

#include <cstdint>
#include <filesystem>

namespace vit {

struct TrainedModel {
    std::filesystem::path folder;
    Config config;
    DataDescription description;
    std::filesystem::path weightsPath;
    TensorFile weights;
    std::int64_t epoch = 0;  // whose weights these are
    std::int64_t step = 0;
};

// The best weights, or those that the run has kept of an epoch. Throws InvalidInput if it has none, Error if its files are
// damaged.
TrainedModel readTrainedModel(const std::filesystem::path& runFolder, std::int64_t epoch = 0);

}  // namespace vit
