// SPDX-License-Identifier: GPL-3.0-or-later
// What a terminal shows, and what it can show.
#pragma once

#include "core/base/text_table.h"

namespace vit::cli {

bool terminalTakesUnicode();

}  // namespace vit::cli
