// SPDX-License-Identifier: GPL-3.0-or-later
// Text within HTML, SVG and other XML.
#pragma once

#include <string>

namespace vit {

// For content and attributes alike.
std::string escaped(const std::string& text);

}  // namespace vit
