// SPDX-License-Identifier: GPL-3.0-or-later
// How much each class counts in the training loss.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"

#include <torch/types.h>

namespace vit {

// float [classes] on the device: of Balanced, n / (k · n_c) with n images in all, n_c of the class, and k classes
// that have any, as scikit-learn has it. Undefined where all count alike.
torch::Tensor classWeights(const DatasetView& view, ClassWeights weights, torch::Device device);

}  // namespace vit
