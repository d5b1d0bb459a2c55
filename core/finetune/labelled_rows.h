// SPDX-License-Identifier: GPL-3.0-or-later
// Features with their classes, as the ways to a classifier take them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// A row an image, seen and not owned.
struct LabelledRows {
    std::span<const float> values;         // [N, width]
    std::int64_t width = 0;
    std::span<const std::int32_t> labels;  // [N], 0 … classes-1

    std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

// Some of them, copied.
struct OwnRows {
    std::vector<float> values;
    std::int64_t width = 0;
    std::vector<std::int32_t> labels;

    LabelledRows view() const { return {values, width, labels}; }
};

inline OwnRows chosenRows(const LabelledRows& rows, std::span<const std::int64_t> places) {
    OwnRows own{{}, rows.width, {}};
    own.values.reserve(places.size() * static_cast<std::size_t>(rows.width));
    for (const std::int64_t place : places) {
        const auto row = rows.values.subspan(static_cast<std::size_t>(place * rows.width),
                                             static_cast<std::size_t>(rows.width));
        own.values.insert(own.values.end(), row.begin(), row.end());
        own.labels.push_back(rows.labels[static_cast<std::size_t>(place)]);
    }
    return own;
}

}  // namespace vit
