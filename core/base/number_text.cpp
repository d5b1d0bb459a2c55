// SPDX-License-Identifier: GPL-3.0-or-later
// Locale-free words for numbers.
#include "core/base/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace vit {

std::string numberText(double value) {
    // Plain digits where a person would write them, as Python does: 0.0001, but 1e-05.
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-4 && size < 1e16);
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   plain ? std::chars_format::fixed : std::chars_format::scientific);
    return {buffer.data(), end.ptr};
}

std::string groupedText(std::int64_t value) {
    std::string text = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
    return text;
}

}  // namespace vit
