// SPDX-License-Identifier: GPL-3.0-or-later
// How the report writes numbers.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

namespace vit {

// A dash for what is no number.
inline std::string fixed(double value, int decimals) {
    if (!std::isfinite(value)) return "–";
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

inline std::string percent(double share) {
    return std::isfinite(share) ? fixed(100 * share, 2) + " %" : "–";
}

}  // namespace vit
