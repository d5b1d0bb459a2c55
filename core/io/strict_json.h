// SPDX-License-Identifier: GPL-3.0-or-later
// JSON from a file that a person or another program wrote, read without leniency.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace vit {

// Comments, anything after the value, numbers that do not fit and the same key twice in an object throw InvalidInput,
// which names line and column or the key.
nlohmann::ordered_json parseStrictJson(std::string_view text);

}  // namespace vit
