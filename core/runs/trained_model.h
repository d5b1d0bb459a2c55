// SPDX-License-Identifier: GPL-3.0-or-later
// The model that a run's folder holds: configuration, what it was trained on, and its best weights, free of tensors.
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
    TensorFile weights;
    std::int64_t epoch = 0;  // whose weights these are
    std::int64_t step = 0;
};

// Throws InvalidInput if the run has no weights yet, Error if its files are damaged.
TrainedModel readTrainedModel(const std::filesystem::path& runFolder);

}  // namespace vit
