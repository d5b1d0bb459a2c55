// SPDX-License-Identifier: GPL-3.0-or-later
// Quotes where it is needed.
#include "core/io/csv.h"

namespace vit {

namespace {

std::string csvCell(const std::string& text) {
    const bool spaced = text.starts_with(' ') || text.ends_with(' ');
    if (!spaced && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

std::string csvRow(const std::vector<std::string>& cells) {
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) row += (i > 0 ? "," : "") + csvCell(cells[i]);
    return row + '\n';
}

}  // namespace vit
