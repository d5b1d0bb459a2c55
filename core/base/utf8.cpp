// SPDX-License-Identifier: GPL-3.0-or-later
// Walks from letter to letter.
#include "core/base/utf8.h"

#include <array>
#include <cstdio>

namespace vit {

namespace {

// How many bytes the letter at the front has; 0 = none begins there.
std::size_t letterBytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t count = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() < count) return 0;
    // The second byte is what tells overlong forms, surrogates and what is above U+10FFFF.
    const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < least || byte(1) > most) return 0;
    for (std::size_t i = 2; i < count; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    return count;
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t bytes = letterBytes(text);
        if (bytes == 0) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

std::string escapedUtf8(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        const std::size_t bytes = letterBytes(text);
        if (bytes > 0) {
            escaped += text.substr(0, bytes);
        } else {
            std::array<char, 5> code{};
            std::snprintf(code.data(), code.size(), "\\x%02X", static_cast<unsigned char>(text.front()));
            escaped += code.data();
        }
        text.remove_prefix(bytes > 0 ? bytes : 1);
    }
    return escaped;
}

}  // namespace vit
