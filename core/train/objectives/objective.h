// SPDX-License-Identifier: GPL-3.0-or-later
// What a training makes small.
#pragma once

#include <torch/types.h>

#include <functional>

namespace vit {

// The mean loss of a batch, a scalar to go backwards from, of logits [B, classes] and targets: labels int64 [B], or
// shares of the classes float [B, classes], which add up to 1.
using Objective = std::function<torch::Tensor(const torch::Tensor& logits, const torch::Tensor& targets)>;

// The label int64 [B] that stands for each target: the class with the largest share.
torch::Tensor labelsOf(const torch::Tensor& targets);

}  // namespace vit
