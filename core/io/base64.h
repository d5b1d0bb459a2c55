// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as text (RFC 4648), for what is embedded in a page.
#pragma once

#include <string>
#include <string_view>

namespace vit {

std::string base64(std::string_view bytes);

}  // namespace vit
