// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a command is about to train with.
#pragma once

#include <string>

namespace vit::cli {

// Throws InvalidInput saying how to get it if it is not on this computer.
void requireDataSet(const std::string& name);

}  // namespace vit::cli
