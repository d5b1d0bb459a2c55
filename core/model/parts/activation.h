// SPDX-License-Identifier: GPL-3.0-or-later
// What bends the numbers between dense layers.
#pragma once

#include "core/config/config.h"

#include <torch/types.h>

namespace vit {

// Element by element, of any shape; ModelConfig::activation says which is which.
torch::Tensor activate(Activation activation, const torch::Tensor& sums);

}  // namespace vit
