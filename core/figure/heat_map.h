// SPDX-License-Identifier: GPL-3.0-or-later
// A number for each patch, and how it becomes colour over the picture.
#pragma once

#include "core/base/float_array.h"
#include "core/base/value_range.h"
#include "core/data/images/image.h"
#include "core/figure/colour_map.h"

#include <span>
#include <vector>

namespace vit {

struct HeatMap {
    int rows = 0;
    int columns = 0;
    std::vector<float> values;  // [rows, columns]; one that is not finite: nothing is known there, nothing is painted
    bool isSigned = false;      // below 0 is the other direction, not merely less

    bool empty() const { return values.empty(); }
    bool operator==(const HeatMap&) const = default;
};

// From [rows, columns]. Throws Error for any other shape.
HeatMap heatMapOf(const FloatArray& array, bool isSigned);

struct ColourScale {
    ColourMap map = ColourMap::Viridis;
    ValueRange range;  // empty: no value is known

    // Where along the colours a value lies: 0 … 1 within the range. In a range without a length all lie in the middle.
    double shareOf(double value) const;
    bool operator==(const ColourScale& other) const {
        return map == other.map && range.low == other.range.low && range.high == other.range.high;
    }
};

// One scale for all of the maps, from their least value to their greatest. Where one of them is signed it is a
// diverging one, and a diverging one is as long on both sides of 0.
ColourScale scaleOf(std::span<const HeatMap> maps, ColourMap preferred);
ColourScale scaleOf(const HeatMap& map, ColourMap preferred);

enum class Shading {
    Patches,  // each patch in its colour
    Smooth    // bilinear between the patches' middles: never beyond the values that there are
};

// Over the whole of the picture, 0 … 1 opaque. A map without values gives the picture itself. RGB.
Image paintOver(const Image& picture, const HeatMap& map, const ColourScale& scale, Shading shading, double opacity);

// What is under a map that lies on no picture: stripes, which no colour map has.
Image noValueStripes(int width, int height);

}  // namespace vit
