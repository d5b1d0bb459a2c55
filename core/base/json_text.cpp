// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the library's messages apart: "[json.exception.parse_error.101] parse error at line 1, column 3: …".
#include "core/base/json_text.h"

#include "core/base/utf8.h"

namespace vit {

namespace {

constexpr int kKeyNotFound = 403;
constexpr int kNumberOverflow = 406;

// What follows the first `mark`; all of it if there is none.
std::string after(const std::string& text, const std::string& mark) {
    const std::size_t at = text.find(mark);
    return at == std::string::npos ? text : text.substr(at + mark.size());
}

std::string quoted(const std::string& text) {
    const std::string rest = after(text, "'");
    return rest.substr(0, rest.rfind('\''));
}

}  // namespace

std::string jsonFault(const nlohmann::json::exception& fault) {
    const std::string text = escapedUtf8(fault.what());
    if (dynamic_cast<const nlohmann::json::parse_error*>(&fault) != nullptr) return after(text, "parse error at ");
    if (fault.id == kKeyNotFound) return "the entry \"" + quoted(text) + "\" is missing";
    if (fault.id == kNumberOverflow) return "the number " + quoted(text) + " is too large";
    return "an entry is of the wrong kind";
}

}  // namespace vit
