// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people and programs read them, the same in every locale: printf and strtod follow the user's, which Qt
// sets for the whole process.
#pragma once

#include <cstdint>
#include <string>

namespace vit {

// The shortest text that reads back as the same number: "0.001", "1e-06", "3".
std::string numberText(double value);

// With so many decimals: "62.00". This and what follows: "–" for what is no number.
std::string fixedText(double value, int decimals);

// With so many significant digits and no needless zero: "1.235", "1e-05".
std::string roundedText(double value, int digits);

std::string percentText(double share);      // 0.5514 → "55.14 %"
std::string durationText(double seconds);   // "7.3 s", "42 s", "4 min 05 s", "1 h 13 min"; "–" below 0 too
std::string prefixedText(double value, const char* unit);  // by powers of 1000: "1.2 GFLOP"
std::string bytesText(double bytes);        // "1.5 GB", "640 MB"

// With separators between thousands: "21,759,012".
std::string groupedText(std::int64_t value);

// The number that roundedText() writes.
double rounded(double value, int digits);

std::string capitalized(std::string text);

}  // namespace vit
