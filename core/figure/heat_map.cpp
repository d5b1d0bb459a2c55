// SPDX-License-Identifier: GPL-3.0-or-later
// Ranges and painting. Values are interpolated, not colours: between blue and red lies white, not violet.
#include "core/figure/heat_map.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace vit {

namespace {

// Two cells of a side, what the second one weighs, and which of them is nearer.
struct Between {
    int first = 0;
    int second = 0;
    float share = 0;
    int nearest = 0;
};

// For each pixel of a side with so many cells.
std::vector<Between> placesAlong(int pixels, int cells) {
    std::vector<Between> places(static_cast<std::size_t>(pixels));
    for (int i = 0; i < pixels; ++i) {
        Between& place = places[static_cast<std::size_t>(i)];
        place.nearest = static_cast<int>(static_cast<std::int64_t>(i) * cells / pixels);
        const float middle = (float(i) + 0.5F) * float(cells) / float(pixels) - 0.5F;
        const float inside = std::clamp(middle, 0.0F, float(cells - 1));
        place.first = static_cast<int>(inside);
        place.second = std::min(place.first + 1, cells - 1);
        place.share = inside - float(place.first);
    }
    return places;
}

constexpr int kSteps = 256;  // even, so that a diverging map has a colour in its very middle, where 0 is
constexpr int kBare = -1;    // nothing is known there

// From values to colours, for each pixel of one row after the other.
class RowOfColours {
public:
    RowOfColours(const HeatMap& map, const ColourScale& scale, Shading shading, int width)
        : m_map(map), m_smooth(shading == Shading::Smooth), m_places(placesAlong(width, map.columns)),
          m_steps(static_cast<std::size_t>(width)), m_sums(static_cast<std::size_t>(map.columns)),
          m_weights(m_sums.size()) {
        const ValueRange& range = scale.range;
        if (range.low < range.high) {
            m_low = range.low;
            m_stepsPerUnit = kSteps / (range.high - range.low);
        }
    }

    // Steps along the colours, 0 … kSteps, or kBare.
    const std::vector<int>& at(const Between& row) {
        if (m_smooth) {
            blendRows(row);
            for (std::size_t x = 0; x < m_steps.size(); ++x) m_steps[x] = smoothStep(row, m_places[x]);
        } else if (row.nearest != m_nearest) {
            m_nearest = row.nearest;
            for (std::size_t x = 0; x < m_steps.size(); ++x) {
                m_steps[x] = stepOf(value(row.nearest, m_places[x].nearest));
            }
        }
        return m_steps;
    }

private:
    float value(int row, int column) const {
        return m_map.values[static_cast<std::size_t>(row) * m_sums.size() + static_cast<std::size_t>(column)];
    }

    int stepOf(double value) const {
        if (!std::isfinite(value)) return kBare;
        if (m_stepsPerUnit == 0) return kSteps / 2;
        return static_cast<int>(std::clamp((value - m_low) * m_stepsPerUnit, 0.0, double(kSteps)) + 0.5);
    }

    // Between the two rows of patches, for each column; those without a value do not count.
    void blendRows(const Between& row) {
        for (std::size_t column = 0; column < m_sums.size(); ++column) {
            const float first = value(row.first, static_cast<int>(column));
            const float second = value(row.second, static_cast<int>(column));
            const float firstWeight = std::isfinite(first) ? 1 - row.share : 0;
            const float secondWeight = std::isfinite(second) ? row.share : 0;
            m_sums[column] = 0;
            if (firstWeight > 0) m_sums[column] += firstWeight * first;
            if (secondWeight > 0) m_sums[column] += secondWeight * second;
            m_weights[column] = firstWeight + secondWeight;
        }
    }

    int smoothStep(const Between& row, const Between& place) const {
        if (!std::isfinite(value(row.nearest, place.nearest))) return kBare;
        const auto between = [&](const std::vector<float>& columns) {
            return columns[static_cast<std::size_t>(place.first)] * (1 - place.share) +
                   columns[static_cast<std::size_t>(place.second)] * place.share;
        };
        return stepOf(between(m_sums) / between(m_weights));
    }

    const HeatMap& m_map;
    bool m_smooth;
    std::vector<Between> m_places;
    std::vector<int> m_steps;
    std::vector<float> m_sums;
    std::vector<float> m_weights;
    int m_nearest = -1;
    double m_low = 0;
    double m_stepsPerUnit = 0;
};

// 255 times what each colour adds to a pixel.
std::array<std::array<int, 3>, kSteps + 1> coveringColours(ColourMap map, int over) {
    std::array<std::array<int, 3>, kSteps + 1> colours{};
    for (std::size_t i = 0; i < colours.size(); ++i) {
        const Rgb colour = colourAt(map, double(i) / kSteps);
        for (std::size_t c = 0; c < 3; ++c) colours[i][c] = colour[c] * over;
    }
    return colours;
}

void checkShape(const HeatMap& map) {
    const bool fits = map.rows >= 0 && map.columns >= 0 &&
                      map.values.size() == static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns);
    if (!fits) {
        throw Error("A map of " + std::to_string(map.rows) + " × " + std::to_string(map.columns) + " patches has " +
                    std::to_string(map.values.size()) + " values.");
    }
}

}  // namespace

HeatMap heatMapOf(const FloatArray& array, bool isSigned) {
    if (array.shape.size() != 2) {
        throw Error("A map has rows and columns, not " + std::to_string(array.shape.size()) + " dimensions.");
    }
    HeatMap map{static_cast<int>(array.shape[0]), static_cast<int>(array.shape[1]), array.values, isSigned};
    checkShape(map);
    return map;
}

double ColourScale::shareOf(double value) const {
    if (!(range.low < range.high)) return 0.5;
    return std::clamp((value - range.low) / (range.high - range.low), 0.0, 1.0);
}

ColourScale scaleOf(std::span<const HeatMap> maps, ColourMap preferred) {
    ColourScale scale{.map = preferred};
    for (const HeatMap& map : maps) {
        if (map.isSigned && !isDiverging(preferred)) scale.map = ColourMap::BlueRed;
        for (const float value : map.values) {
            if (std::isfinite(value)) scale.range.include(value);
        }
    }
    if (isDiverging(scale.map) && !scale.range.empty()) {
        const double most = std::max(std::abs(scale.range.low), std::abs(scale.range.high));
        scale.range = {-most, most};
    }
    return scale;
}

ColourScale scaleOf(const HeatMap& map, ColourMap preferred) { return scaleOf(std::span(&map, 1), preferred); }

Image paintOver(const Image& picture, const HeatMap& map, const ColourScale& scale, Shading shading, double opacity) {
    checkShape(map);
    Image painted = convertChannels(picture, 3);
    if (map.empty()) return painted;
    const int over = static_cast<int>(std::lround(std::clamp(opacity, 0.0, 1.0) * 255));
    const auto colours = coveringColours(scale.map, over);
    RowOfColours line(map, scale, shading, painted.width);
    std::uint8_t* pixel = painted.pixels.data();
    for (const Between& row : placesAlong(painted.height, map.rows)) {
        for (const int step : line.at(row)) {
            if (step != kBare) {
                const auto& colour = colours[static_cast<std::size_t>(step)];
                for (std::size_t c = 0; c < 3; ++c) {
                    pixel[c] = static_cast<std::uint8_t>((pixel[c] * (255 - over) + colour[c] + 127) / 255);
                }
            }
            pixel += 3;
        }
    }
    return painted;
}

Image noValueStripes(int width, int height) {
    constexpr int kPeriod = 12;  // pixels
    Image image{.width = width, .height = height, .channels = 3};
    image.pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.pixels.insert(image.pixels.end(), 3, (x + y) % kPeriod < kPeriod / 4 ? 190 : 245);
        }
    }
    return image;
}

}  // namespace vit
