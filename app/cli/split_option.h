// SPDX-License-Identifier: GPL-3.0-or-later
// --split train|validation|test.
#pragma once

#include "core/data/dataset.h"

namespace CLI {
class App;
}

namespace vit::cli {

void addSplitOption(CLI::App& command, Split& split);  // its value is the default

}  // namespace vit::cli
