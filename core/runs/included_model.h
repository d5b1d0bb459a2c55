// SPDX-License-Identifier: GPL-3.0-or-later
// The model that comes with the program, for whoever has not trained one yet.
#pragma once

#include <filesystem>

namespace vit {

// Its folder, a run's with weights but without curves, ../share/vit-workbench/model seen from the running program; empty if
// it is not there.
std::filesystem::path includedModel();

}  // namespace vit
