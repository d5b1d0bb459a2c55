// SPDX-License-Identifier: GPL-3.0-or-later
// Tables as a person reads them in a terminal.
#pragma once

#include <string>
#include <vector>

namespace vit::cli {

// Columns as wide as their widest cell, two spaces between them, no spaces at the end of a line. Counts characters, not
// bytes. The first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::size_t textWidth(const std::string& utf8);
std::string padded(const std::string& utf8, std::size_t width);

bool terminalTakesUnicode();

}  // namespace vit::cli
