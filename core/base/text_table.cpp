// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of text.
#include "core/base/text_table.h"

#include <algorithm>

namespace vit {

std::size_t textWidth(const std::string& utf8) {
    // Every byte but UTF-8's continuation bytes begins a character.
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& utf8, std::size_t width) {
    const std::size_t have = textWidth(utf8);
    return have >= width ? utf8 : utf8 + std::string(width - have, ' ');
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], textWidth(row[column]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) line += padded(row[column], widths[column] + 2);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace vit
