// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of colours, between which is interpolated.
#include "core/figure/colour_map.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

using Table = std::array<std::uint32_t, 33>;  // 0xRRGGBB, evenly spaced

// By Nathaniel Smith and Stéfan van der Walt, given to everybody (CC0): https://bids.github.io/colormap
constexpr Table kViridis = {
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453681, 0x424086, 0x3f4989, 0x3b528b,
    0x375a8d, 0x33638d, 0x2f6a8e, 0x2c728e, 0x297a8e, 0x26818e, 0x23898e, 0x21908c, 0x1f988b,
    0x1f9f88, 0x21a685, 0x28ae80, 0x31b57b, 0x3ebc74, 0x4cc26c, 0x5dc963, 0x6ece58, 0x82d34c,
    0x96d83f, 0xabdc32, 0xc0df24, 0xd5e21a, 0xeae51a, 0xfde725,
};
constexpr Table kMagma = {
    0x000004, 0x030311, 0x0a0822, 0x130d33, 0x1d1146, 0x28115a, 0x36106a, 0x430f76, 0x50127c,
    0x5d177f, 0x691c81, 0x762181, 0x822681, 0x8f2a81, 0x9c2e7f, 0xa9327d, 0xb63779, 0xc33b75,
    0xcf4170, 0xdb486a, 0xe65163, 0xee5c5e, 0xf5695c, 0xf9785d, 0xfb8761, 0xfd9668, 0xfea571,
    0xfeb47b, 0xfec387, 0xfed194, 0xfde0a2, 0xfceeb0, 0xfcfdbf,
};
constexpr Table kGrey = [] {
    Table table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) table[i] = 0x010101U * ((i * 255 + 16) / 32);
    return table;
}();
// From OKLab (https://bottosson.github.io/posts/oklab): the lightness falls evenly from 1 in the middle to 0.4 at both
// ends, hue 255° below and 27° above, both with the chroma that sRGB has for both, at most 0.165.
constexpr Table kBlueRed = {
    0x05468a, 0x06509c, 0x085aaf, 0x0a65c1, 0x1b70cf, 0x2a7cdb, 0x3788e8, 0x4394f5, 0x56a0fc,
    0x6eadfd, 0x84b9fd, 0x99c5fd, 0xaed1fe, 0xc3dcfe, 0xd7e8fe, 0xebf4ff, 0xffffff, 0xfeeeec,
    0xfddeda, 0xfccdc7, 0xfabcb4, 0xf8aba1, 0xf6998f, 0xf3877c, 0xef7368, 0xe66359, 0xd9574e,
    0xcc4b43, 0xbf3f38, 0xb1332e, 0xa02d29, 0x8f2823, 0x7e221e,
};

const Table& tableOf(ColourMap map) {
    switch (map) {
        case ColourMap::Viridis: return kViridis;
        case ColourMap::Magma: return kMagma;
        case ColourMap::Grey: return kGrey;
        case ColourMap::BlueRed: break;
    }
    return kBlueRed;
}

double channel(std::uint32_t colour, int c) { return (colour >> (8 * (2 - c))) & 0xFF; }

}  // namespace

const std::vector<ColourMapInfo>& colourMaps() {
    static const std::vector<ColourMapInfo> maps = {{ColourMap::Viridis, "viridis", false},
                                                    {ColourMap::Magma, "magma", false},
                                                    {ColourMap::Grey, "grey", false},
                                                    {ColourMap::BlueRed, "blue-red", true}};
    return maps;
}

ColourMap colourMapNamed(const std::string& name) {
    std::string names;
    for (const ColourMapInfo& info : colourMaps()) {
        if (info.name == name) return info.map;
        names += (names.empty() ? "" : ", ") + info.name;
    }
    throw InvalidInput("There is no colour map \"" + name + "\"; choose one of " + names + ".");
}

bool isDiverging(ColourMap map) {
    const auto& maps = colourMaps();
    return std::ranges::find(maps, map, &ColourMapInfo::map)->diverging;
}

Rgb colourAt(ColourMap map, double share) {
    const Table& table = tableOf(map);
    const double place = std::clamp(share, 0.0, 1.0) * double(table.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), table.size() - 2);
    const double part = place - double(below);
    Rgb colour{};
    for (int c = 0; c < 3; ++c) {
        const double value = channel(table[below], c) * (1 - part) + channel(table[below + 1], c) * part;
        colour[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(std::lround(value));
    }
    return colour;
}

}  // namespace vit
