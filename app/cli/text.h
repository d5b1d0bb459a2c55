// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and tables as a person reads them in a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit::cli {

std::string grouped(std::int64_t number);             // "21,759,012"
std::string fixed(double number, int decimals);       // "1.234"; "-" if it is not a number
std::string percent(double share);                    // "55.1 %"; "-" if it is not a number
std::string duration(double seconds);                 // "0:42", "1:05:09"; "-" below 0
std::string bytes(double count);                      // "612 MB"

// Columns as wide as their widest cell, two spaces between them, no spaces at the end of a line. Counts characters, not
// bytes. The first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::size_t textWidth(const std::string& utf8);
std::string padded(const std::string& utf8, std::size_t width);

bool terminalTakesUnicode();

}  // namespace vit::cli
