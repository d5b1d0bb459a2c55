// SPDX-License-Identifier: GPL-3.0-or-later
// Locale-free words for numbers.
#include "core/base/number_text.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace vit {

namespace {

constexpr const char* kNone = "–";

template <typename... Format>
std::string charsOf(double value, Format... format) {
    std::array<char, 512> buffer{};  // the longest has 309 digits before its point
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
    return {buffer.data(), end.ptr};
}

std::string twoDigits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

std::string numberText(double value) {
    // Plain digits where a person would write them, as Python does: 0.0001, but 1e-05.
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-4 && size < 1e16);
    return charsOf(value, plain ? std::chars_format::fixed : std::chars_format::scientific);
}

std::string fixedText(double value, int decimals) {
    return std::isfinite(value) ? charsOf(value, std::chars_format::fixed, decimals) : kNone;
}

std::string roundedText(double value, int digits) {
    return std::isfinite(value) ? charsOf(value, std::chars_format::general, digits) : kNone;
}

std::string percentText(double share) { return std::isfinite(share) ? fixedText(share * 100, 2) + " %" : kNone; }

std::string durationText(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return kNone;
    if (seconds < 10) return fixedText(seconds, 1) + " s";
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + " min " + twoDigits(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + twoDigits(whole / 60 % 60) + " min";
}

std::string prefixedText(double value, const char* unit) {
    constexpr std::array<const char*, 6> kPrefixes = {"", "k", "M", "G", "T", "P"};
    std::size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    return fixedText(value, prefix == 0 || value >= 99.95 ? 0 : 1) + ' ' + kPrefixes[prefix] + unit;
}

std::string bytesText(double bytes) { return prefixedText(bytes, "B"); }

std::string groupedText(std::int64_t value) {
    std::string text = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
    return text;
}

double rounded(double value, int digits) {
    if (!std::isfinite(value)) return value;
    const std::string text = charsOf(value, std::chars_format::general, digits);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string capitalized(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

}  // namespace vit
