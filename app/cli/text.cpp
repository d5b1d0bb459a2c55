// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and tables as a person reads them in a terminal.
#include "app/cli/text.h"

#include <langinfo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace vit::cli {

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string fixed(double number, int decimals) {
    if (std::isnan(number)) return "-";
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
    return text.data();
}

std::string percent(double share) { return std::isnan(share) ? "-" : fixed(share * 100, 1) + " %"; }

std::string duration(double seconds) {
    if (!(seconds >= 0)) return "-";
    const auto all = static_cast<std::int64_t>(std::llround(seconds));
    std::array<char, 64> text{};
    if (all < 3600) {
        std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(all / 60), static_cast<int>(all % 60));
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02d:%02d", static_cast<long long>(all / 3600),
                      static_cast<int>(all / 60 % 60), static_cast<int>(all % 60));
    }
    return text.data();
}

std::string bytes(double count) {
    constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (count >= 1000 && unit + 1 < kUnits.size()) {
        count /= 1000;
        ++unit;
    }
    return fixed(count, unit > 0 && count < 10 ? 1 : 0) + " " + kUnits[unit];
}

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

bool terminalTakesUnicode() { return std::string_view(nl_langinfo(CODESET)) == "UTF-8"; }

}  // namespace vit::cli
