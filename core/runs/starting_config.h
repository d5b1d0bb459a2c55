// SPDX-License-Identifier: GPL-3.0-or-later
// Which model the weights are of that a run is to begin with.
#pragma once

#include "core/config/config.h"

#include <filesystem>

namespace vit {

// The configuration of the run in the folder `from`, or that which stands in a .safetensors file: in those that were exported
// it does, and a run's own lie beside it. Throws InvalidInput where a file does not tell, Error where it cannot be read.
Config startingConfig(const std::filesystem::path& from);

}  // namespace vit
