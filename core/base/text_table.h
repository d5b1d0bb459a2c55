// SPDX-License-Identifier: GPL-3.0-or-later
// Tables as a person reads them in a terminal or a text file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vit {

// Columns as wide as their widest cell, two spaces between them, no spaces at the end of a line. Counts characters, not
// bytes. The first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::size_t textWidth(const std::string& utf8);
std::string padded(const std::string& utf8, std::size_t width);

}  // namespace vit
