// SPDX-License-Identifier: GPL-3.0-or-later
// Rounds to 256 levels and back.
#include "core/events/kept_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit {

namespace {

constexpr double kHighestLevel = 255;

}  // namespace

std::optional<KeptMap> keptMap(std::string method, const FloatArray& map) {
    const auto isFinite = [](float value) { return std::isfinite(value); };
    if (map.values.empty() || !std::all_of(map.values.begin(), map.values.end(), isFinite)) return std::nullopt;
    const auto [least, greatest] = std::minmax_element(map.values.begin(), map.values.end());
    const bool colours = map.shape.size() == 3;
    const float low = colours ? 0 : *least, high = colours ? 1 : *greatest;
    KeptMap kept{std::move(method), map.shape.at(0), map.shape.at(1), low, high, {}};
    const double scale = kept.high > kept.low ? kHighestLevel / (kept.high - kept.low) : 0;
    kept.levels.reserve(map.values.size());
    for (const float value : map.values)
        kept.levels.push_back(static_cast<std::uint8_t>(std::lround((value - kept.low) * scale)));
    return kept;
}

FloatArray asArray(const KeptMap& map) {
    FloatArray array{{map.rows, map.columns}, {}};
    if (map.isColours()) array.shape.push_back(3);
    array.values.reserve(map.levels.size());
    for (const std::uint8_t level : map.levels)
        array.values.push_back(static_cast<float>(map.low + (map.high - map.low) * (level / kHighestLevel)));
    return array;
}

}  // namespace vit
