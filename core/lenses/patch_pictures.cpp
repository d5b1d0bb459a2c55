// SPDX-License-Identifier: GPL-3.0-or-later
// From findings to colours.
#include "core/lenses/patch_pictures.h"

#include "core/figure/patch_colours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace vit {

namespace {

std::uint8_t toByte(double share) { return static_cast<std::uint8_t>(std::lround(share * 255)); }

// The colour of a class, or that of the others.
Rgb colourOf(std::int32_t index, const std::vector<ClassColour>& colours) {
    for (const ClassColour& known : colours)
        if (known.index == index) return known.colour;
    return kOtherClasses;
}

std::array<std::uint8_t, 3> meanColour(const Image& picture) {
    std::array<double, 3> sums{};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        sums[i % static_cast<std::size_t>(picture.channels)] += picture.pixels[i];
    std::array<std::uint8_t, 3> mean{};
    for (std::size_t c = 0; c < 3; ++c) mean[c] = toByte(sums[c] / picture.width / picture.height / 255);
    return mean;
}

}  // namespace

Image tokenPicture(const Image& picture, const TokenColours& colours) {
    std::vector<std::optional<Rgb>> painted;
    for (std::size_t i = 0; i < colours.colours.values.size(); i += 3) {
        const float* values = colours.colours.values.data() + i;
        const bool shown = colours.foreground.empty() || colours.foreground[i / 3];
        painted.push_back(shown ? std::optional<Rgb>({toByte(values[0]), toByte(values[1]), toByte(values[2])})
                                : std::nullopt);
    }
    return paintPatches(picture, static_cast<int>(colours.colours.shape[0]), static_cast<int>(colours.colours.shape[1]),
                        painted, 1);
}

Image filterPicture(const Filters& filters, std::int64_t index) {
    const std::vector<std::int64_t>& shape = filters.filters.shape;
    const auto size = static_cast<std::ptrdiff_t>(shape[1] * shape[2] * shape[3]);
    const auto begin = filters.filters.values.begin() + index * size;
    const auto [least, most] = std::minmax_element(begin, begin + size);
    const float low = *least, range = *most - low;
    Image image{static_cast<int>(shape[2]), static_cast<int>(shape[1]), static_cast<int>(shape[3]), {}};
    for (auto value = begin; value != begin + size; ++value)
        image.pixels.push_back(toByte(range > 0 ? (*value - low) / range : 0.5F));
    // Each of its pixels is a patch of this picture, and so stays sharp.
    std::vector<std::optional<Rgb>> pixels;
    for (int i = 0; i < image.width * image.height; ++i) {
        const auto at = [&](int c) {
            return image.at(i % image.width, i / image.width, std::min(c, image.channels - 1));
        };
        pixels.push_back(Rgb{at(0), at(1), at(2)});
    }
    return paintPatches(image, image.height, image.width, pixels, 1);
}

std::vector<ClassColour> classColours(const LayerAnswers& answers) {
    if (answers.patchClass.empty()) return {};
    const auto layers = static_cast<std::int64_t>(answers.top.size());
    std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>> counts;  // in the last layer, in all
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        for (const std::int32_t index : answers.patchClasses(layer)) {
            if (layer + 1 == layers) ++counts[index].first;
            ++counts[index].second;
        }
    }
    const std::int32_t answer = answers.top.back().front().index;
    counts.erase(answer);
    std::vector<std::pair<std::int32_t, std::pair<std::int64_t, std::int64_t>>> order(counts.begin(), counts.end());
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<ClassColour> colours = {{answer, kindColours().front()}};
    for (std::size_t i = 0; i < order.size() && colours.size() < kindColours().size(); ++i)
        colours.push_back({order[i].first, kindColours()[colours.size()]});
    return colours;
}

std::vector<std::int64_t> classCounts(const LayerAnswers& answers, std::int64_t layer,
                                      const std::vector<ClassColour>& colours) {
    std::vector<std::int64_t> counts(colours.size() + 1);
    for (const std::int32_t index : answers.patchClasses(layer)) {
        const auto found = std::find_if(colours.begin(), colours.end(),
                                        [index](const ClassColour& known) { return known.index == index; });
        ++counts[static_cast<std::size_t>(found - colours.begin())];
    }
    return counts;
}

Image classPicture(const Image& picture, const LayerAnswers& answers, std::int64_t layer,
                   const std::vector<ClassColour>& colours, double opacity) {
    std::vector<std::optional<Rgb>> painted;
    for (const std::int32_t index : answers.patchClasses(layer)) painted.push_back(colourOf(index, colours));
    return paintPatches(picture, static_cast<int>(answers.patchProbabilities.shape[1]),
                        static_cast<int>(answers.patchProbabilities.shape[2]), painted, opacity);
}

Image changedPicture(const Image& picture, const TokenGrid& grid, const WhatIf& change) {
    Image changed = picture;
    const auto size = static_cast<int>(grid.patchSize), columns = static_cast<int>(grid.columns);
    const auto fill = [&](std::int64_t patch, const auto& pixel) {  // pixel(x, y within the patch, channel)
        const int left = static_cast<int>(patch) % columns * size, top = static_cast<int>(patch) / columns * size;
        for (int y = 0; y < size; ++y)
            for (int x = 0; x < size; ++x)
                for (int c = 0; c < changed.channels; ++c) {
                    const int place = ((top + y) * changed.width + left + x) * changed.channels + c;
                    changed.pixels[static_cast<std::size_t>(place)] = pixel(x, y, c);
                }
    };
    for (std::size_t place = 0; place < change.order.size(); ++place) {
        const int from = static_cast<int>(change.order[place]);
        fill(static_cast<std::int64_t>(place), [&](int x, int y, int c) {
            return picture.at(from % columns * size + x, from / columns * size + y, c);
        });
    }
    const auto mean = meanColour(picture);
    for (const std::int64_t patch : change.hidden)
        fill(patch, [&mean](int, int, int c) { return mean[static_cast<std::size_t>(c)]; });
    return changed;
}

}  // namespace vit
