// SPDX-License-Identifier: GPL-3.0-or-later
// Which models the fused kernels were written for.
#pragma once

#include "core/config/config.h"

#include <string>

namespace vit {

// Why the fused kernels cannot run the blocks of such a model, in words; empty where they can. An option that they have
// not been told of is an obstacle as soon as it is not as it is by default: they would compute another model.
std::string fusedObstacle(const ModelConfig& model);

}  // namespace vit
