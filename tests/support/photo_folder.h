// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of small photos, a folder for each class, whose colours tell the classes apart but not too easily.
#pragma once

#include "core/base/split_mix.h"
#include "core/data/images/image.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace vit::test {

// Noise over the class's colour; another picture for each seed.
inline Image noisyPhoto(int which, std::uint64_t seed, int side = 20) {
    constexpr std::array<std::array<int, 3>, 4> kColours = {{{150, 90, 90}, {90, 150, 90}, {90, 90, 150}, {140, 140, 80}}};
    SplitMix random(seed);
    Image image{.width = side, .height = side, .channels = 3};
    for (int i = 0; i < side * side; ++i)
        for (const int base : kColours.at(static_cast<std::size_t>(which)))
            image.pixels.push_back(static_cast<std::uint8_t>(base - 60 + static_cast<int>(random.below(120))));
    return image;
}

// As saveImage() does it, without waiting for the disk.
inline void writePhoto(const Image& photo, const std::filesystem::path& path) {
    const std::vector<std::uint8_t> encoded = encodePng(photo);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(encoded.data()), static_cast<std::streamsize>(encoded.size()));
}

// `folder`/red, green, … with `each` PNG files, other ones for each `first`.
inline void writePhotos(const std::filesystem::path& folder, int each, int classes = 3, int first = 0) {
    const std::vector<std::string> names = {"red", "green", "blue", "yellow"};
    for (int which = 0; which < classes; ++which) {
        const std::filesystem::path own = folder / names.at(static_cast<std::size_t>(which));
        std::filesystem::create_directories(own);
        for (int i = 0; i < each; ++i)
            writePhoto(noisyPhoto(which, static_cast<std::uint64_t>(which * 1000 + first + i)),
                       own / ("photo" + std::to_string(i) + ".png"));
    }
}

}  // namespace vit::test
