// SPDX-License-Identifier: GPL-3.0-or-later
// The other values of a hyperparameter, for checks of what must hold whatever is chosen.
#pragma once

#include "core/config/schema.h"

#include <vector>

namespace vit {

// The configurations that differ from `start` by another value of this row of the model or its head, and by what that value
// has no effect or no sense without, as far as they are valid. Every choice; of numbers a few.
std::vector<Config> variants(const Field& field, const Config& start);

}  // namespace vit
