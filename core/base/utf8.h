// SPDX-License-Identifier: GPL-3.0-or-later
// Names from files and folders may be bytes of any encoding; JSON and the window know UTF-8 alone.
#pragma once

#include <string>
#include <string_view>

namespace vit {

// As RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

// For messages: bytes that are no UTF-8 as \xE9.
std::string escapedUtf8(std::string_view text);

}  // namespace vit
