// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as text (RFC 4648), for what is embedded in a page or in a line of JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vit {

std::string base64(std::string_view bytes);
// None if the text is not what base64() makes of some bytes.
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace vit
