// SPDX-License-Identifier: GPL-3.0-or-later
// JSON to text and its faults in words, so that what the library throws reaches nobody.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace vit {

// On one line, or indented by so many spaces. Bytes that are no UTF-8, as in the name of a file, come out as U+FFFD.
template <typename Json>
std::string jsonText(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// For a sentence that has named the file: "the entry "mean" is missing", "line 1, column 3: …".
std::string jsonFault(const nlohmann::json::exception& fault);

}  // namespace vit
