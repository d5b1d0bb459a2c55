// SPDX-License-Identifier: GPL-3.0-or-later
// A map over a picture's patches, of numbers or of colours, small enough to be kept for every epoch.
#pragma once

#include "core/base/float_array.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vit {

struct KeptMap {
    std::string method;  // as in run.pinned_map
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    double low = 0;  // what level 0 stands for
    double high = 0;  // and 255
    std::vector<std::uint8_t> levels;  // rows * columns; of a map of colours three times as many: red, green, blue

    bool isColours() const { return static_cast<std::int64_t>(levels.size()) == 3 * rows * columns; }
    bool operator==(const KeptMap&) const = default;
};

// Of a map [rows, columns], or of colours [rows, columns, 3] in 0–1, which are kept from 0 to 1. None if it has no
// patch or one of its numbers is not finite.
std::optional<KeptMap> keptMap(std::string method, const FloatArray& map);

// In the shape that it had: each number within a 510th of high - low of what it was.
FloatArray asArray(const KeptMap& map);

}  // namespace vit
