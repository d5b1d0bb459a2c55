// SPDX-License-Identifier: GPL-3.0-or-later
// From the gradients of each rank's part of a batch to those of the batch.
#pragma once

#include "core/ranks/rank_group.h"

#include <torch/types.h>

#include <span>

namespace vit {

// The parameters' gradients are the means over this rank's images, `share` (0–1) of the batch's, or are missing where it
// has none. Afterwards every rank has the mean over the whole batch, the same to the bit.
void sumOverRanks(RankGroup& ranks, std::span<const torch::Tensor> parameters, double share);

}  // namespace vit
