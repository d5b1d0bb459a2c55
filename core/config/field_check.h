// SPDX-License-Identifier: GPL-3.0-or-later
// What can be wrong with a single value, and which key a mistyped one was meant to be.
#pragma once

#include "core/config/schema.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vit {

constexpr std::size_t kMaxListLength = 16;  // entries of an IntegerList

// One sentence that says what to use instead; nothing if the value is in the field's range. `value` holds the kind's
// alternative.
std::optional<std::string> rangeProblem(const Field& field, const Value& value);

// What the field takes: "a whole number", "true or false", …
std::string kindText(const Field& field);

// "There is no such hyperparameter; did you mean "model.layers"?"
std::string unknownKeyText(std::string_view key);

}  // namespace vit
