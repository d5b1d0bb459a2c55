// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a command is about to train with.
#pragma once

#include "core/data/store/data_store.h"

#include <string>

namespace vit::cli {

// Throws InvalidInput saying how to get it if it is not on this computer.
DataInfo requireDataSet(const std::string& name);

}  // namespace vit::cli
