// SPDX-License-Identifier: GPL-3.0-or-later
// From numbers to colours: maps whose steps look alike everywhere and that colour-blind people can read.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace vit {

using Rgb = std::array<std::uint8_t, 3>;

enum class ColourMap { Viridis, Magma, Grey, BlueRed };

struct ColourMapInfo {
    ColourMap map;
    std::string name;  // "viridis": on the command line and in the window
    bool diverging;    // for numbers with a sign: white in the middle, which is 0; others grow from dark to light
};

// In the order in which they are offered.
const std::vector<ColourMapInfo>& colourMaps();

// Throws InvalidInput with the names that there are.
ColourMap colourMapNamed(const std::string& name);
bool isDiverging(ColourMap map);

// `share` 0 … 1 runs along the map; beyond, the end's colour. Not for NaN.
Rgb colourAt(ColourMap map, double share);

}  // namespace vit
