// SPDX-License-Identifier: GPL-3.0-or-later
// How a trained model learns on, whichever it is: the numbers that the ladder of My photos and the presets for own photos
// share.
#pragma once

#include "core/config/config.h"

#include <cstdint>

namespace vit {

// What of the model learns.
enum class Tuning { Head, LastBlocks, LowRank, AllBlocks };

// The model's configuration with augmentation, loss, optimizer and schedule set, and of the run its length, batches of 32,
// no early stopping and no weights kept beside the best and the last ones. Model, head, data and all else stay. The head
// learns in every case, alone at twenty times the learning rate; of the last blocks a third of all, at least one; adapters are
// of rank 8 in all blocks, at six times the learning rate and without decay; all blocks learn with a layer decay of 0.75. AdamW
// in PyTorch's convention, a cosine schedule, mirrored images.
Config tuned(Tuning what, const Config& model, std::int64_t epochs);

// Whether one has all weights of the other but those of the head, and nothing besides: by name and shape.
bool sharesWeights(const Config& a, const Config& b);

}  // namespace vit
