// SPDX-License-Identifier: GPL-3.0-or-later
// Comma-separated values (RFC 4180), with a newline at the end of a row.
#pragma once

#include <string>
#include <vector>

namespace vit {

// Cells with a comma, a quotation mark, a line break or a space at an end are quoted.
std::string csvRow(const std::vector<std::string>& cells);

}  // namespace vit
