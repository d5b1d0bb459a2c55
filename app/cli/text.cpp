// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the locale.
#include "app/cli/text.h"

#include <langinfo.h>

#include <string_view>

namespace vit::cli {

bool terminalTakesUnicode() { return std::string_view(nl_langinfo(CODESET)) == "UTF-8"; }

}  // namespace vit::cli
