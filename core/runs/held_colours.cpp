// SPDX-License-Identifier: GPL-3.0-or-later
// A rotation of three components, from their products with those before.
#include "core/runs/held_colours.h"

#include <opencv2/core.hpp>

#include <utility>

namespace vit {

namespace {

// [P, 3], each column centred and of length 1; 0 where it is the same everywhere.
cv::Mat1d componentsOf(const KeptMap& map) {
    const int patches = static_cast<int>(map.rows * map.columns);
    cv::Mat1d components(patches, 3);
    for (int patch = 0; patch < patches; ++patch)
        for (int c = 0; c < 3; ++c)
            components(patch, c) = map.levels[static_cast<std::size_t>(patch) * 3 + static_cast<std::size_t>(c)];
    for (int c = 0; c < 3; ++c) {
        cv::Mat1d column = components.col(c);
        column -= cv::mean(column)[0];
        const double length = cv::norm(column);
        if (length > 0) column /= length;
    }
    return components;
}

}  // namespace

KeptMap heldLike(const KeptMap& map, const KeptMap& before) {
    const bool ofOneSize = map.rows == before.rows && map.columns == before.columns;
    if (!map.isColours() || !before.isColours() || !ofOneSize) return map;
    const cv::Mat1d components = componentsOf(map);
    const cv::SVD shared(components.t() * componentsOf(before));
    cv::Mat1d turned = components * (shared.u * shared.vt);
    FloatArray colours{{map.rows, map.columns, 3}, std::vector<float>(map.levels.size())};
    for (int c = 0; c < 3; ++c) {
        double least = 0, greatest = 0;
        cv::minMaxLoc(turned.col(c), &least, &greatest);
        for (int patch = 0; patch < turned.rows; ++patch)
            colours.values[static_cast<std::size_t>(patch) * 3 + static_cast<std::size_t>(c)] =
                greatest > least ? static_cast<float>((turned(patch, c) - least) / (greatest - least)) : 0.5F;
    }
    return keptMap(map.method, colours).value_or(map);
}

}  // namespace vit
