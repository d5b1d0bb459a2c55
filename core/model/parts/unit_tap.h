// SPDX-License-Identifier: GPL-3.0-or-later
// A look at the units inside a part.
#pragma once

#include <torch/types.h>

#include <functional>

namespace vit {

// Called with what each activation gives, [B, …, units].
using UnitTap = std::function<void(const torch::Tensor& units)>;

}  // namespace vit
