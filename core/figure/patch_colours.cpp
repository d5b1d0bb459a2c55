// SPDX-License-Identifier: GPL-3.0-or-later
// Mixing, pixel by pixel.
#include "core/figure/patch_colours.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vit {

namespace {

constexpr int kSide = 480;  // about, in pixels
constexpr double kDimmed = 0.35;

std::uint8_t toByte(double value) { return static_cast<std::uint8_t>(std::lround(value)); }

}  // namespace

std::span<const Rgb> kindColours() {
    // Okabe and Ito's, without the yellow that paper swallows and the black that looks like a gap.
    static constexpr std::array<Rgb, 6> kColours = {
        {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}}};
    return kColours;
}

Image paintPatches(const Image& picture, int rows, int columns, std::span<const std::optional<Rgb>> colours,
                   double opacity) {
    const int patch = std::max(1, kSide / std::max(rows, columns));
    Image painted = resizeArea(convertChannels(picture, 3), columns * patch, rows * patch);
    auto pixel = painted.pixels.begin();
    for (int y = 0; y < painted.height; ++y) {
        for (int x = 0; x < painted.width; ++x, pixel += 3) {
            const std::optional<Rgb>& colour = colours[static_cast<std::size_t>(y / patch) * static_cast<std::size_t>(columns) +
                                                        static_cast<std::size_t>(x / patch)];
            const double grey = (pixel[0] + pixel[1] + pixel[2]) / 3.0 * kDimmed;
            for (std::size_t c = 0; c < 3; ++c) {
                const auto place = static_cast<std::ptrdiff_t>(c);
                pixel[place] = toByte(colour ? (1 - opacity) * pixel[place] + opacity * (*colour)[c] : grey);
            }
        }
    }
    return painted;
}

}  // namespace vit
