// SPDX-License-Identifier: GPL-3.0-or-later
// The weights of another run, or of a file, as the beginning of a new run.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/events/event.h"
#include "core/io/safetensors.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace vit {

struct StartingWeights {
    std::string origin;  // "/home/me/runs/cats, epoch 12" or "/home/me/x.safetensors"
    TensorFile file;     // parameters by their names in the network
    // With which the inputs were normalised, and their channels: of weights that lie in a run's folder.
    std::optional<ChannelStatistics> statistics;
    int channels = 0;
    std::optional<GridSize> grid;  // how their patches lie, of weights that lie in a run's folder
};

// `from`: a run's folder (its best weights are meant) or a .safetensors file. Throws InvalidInput if it is neither,
// Error if it cannot be read.
StartingWeights readStartingWeights(const std::filesystem::path& from);

// Throws Error if weights that belong to places of patches would be taken for others: there are as many of them here, but in
// rows of another length.
void requireSamePlaces(const StartingWeights& weights, const Config& config);

// Copies what agrees in name and shape into the network, whose other parameters stay as they are. Tells what was taken,
// as a warning with what was not, by name. Throws Error if nothing agrees.
Message takeWeights(torch::nn::Module& network, const StartingWeights& weights);

}  // namespace vit
