// SPDX-License-Identifier: GPL-3.0-or-later
// Cutting a picture into patches, and drawing them apart from one another.
#include "core/inspect/patches.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <algorithm>

namespace vit {

namespace {

struct Corner {
    int x = 0;
    int y = 0;
};

Corner cornerOf(const PatchGrid& grid, int index) {
    return {index % grid.columns * grid.patchSize, index / grid.columns * grid.patchSize};
}

std::size_t offsetOf(const Image& image, int x, int y) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) *
           static_cast<std::size_t>(image.channels);
}

// Where a pixel of the picture begins in the drawing, in either direction.
int drawnAt(const PatchGrid& grid, int pixel, int spacing, int scale) {
    return pixel * scale + pixel / grid.patchSize * spacing;
}

void drawPixel(Image& drawing, int left, int top, int scale, const std::array<std::uint8_t, 3>& colour) {
    for (int y = top; y < top + scale; ++y) {
        for (int x = left; x < left + scale; ++x) {
            std::copy(colour.begin(), colour.end(), &drawing.pixels[offsetOf(drawing, x, y)]);
        }
    }
}

}  // namespace

Image PatchGrid::patch(int index) const { return {patchSize, patchSize, channels, elements(index)}; }

std::vector<std::uint8_t> PatchGrid::elements(int index) const {
    const Corner corner = cornerOf(*this, index);
    std::vector<std::uint8_t> values;
    values.reserve(static_cast<std::size_t>(elementsPerPatch()));
    for (int row = 0; row < patchSize; ++row) {
        const std::uint8_t* first = &image.pixels[offsetOf(image, corner.x, corner.y + row)];
        values.insert(values.end(), first, first + std::ptrdiff_t{patchSize} * channels);
    }
    return values;
}

std::array<double, 3> PatchGrid::meanColour(int index) const {
    std::array<double, 3> sum{};
    const auto values = elements(index);
    for (std::size_t i = 0; i < values.size(); ++i) sum[i % static_cast<std::size_t>(channels)] += values[i];
    for (double& channel : sum) channel /= patchSize * patchSize;
    if (channels == 1) sum[1] = sum[2] = sum[0];
    return sum;
}

PatchGrid cutPatches(const Image& image, const ImageSize& size, int patchSize) {
    if (image.empty()) throw InvalidInput("There is no picture to cut into patches: open one first.");
    const auto height = static_cast<int>(size.height), width = static_cast<int>(size.width);
    if (height < 1 || width < 1 || patchSize < 1 || height % patchSize != 0 || width % patchSize != 0) {
        throw InvalidInput(Issues{{"model.patch_size", "A picture of " + sizeText(size) +
                                                           " px cannot be cut into patches of " +
                                                           std::to_string(patchSize) +
                                                           " px: use a patch size that divides the image size."}});
    }
    return {.patchSize = patchSize,
            .rows = height / patchSize,
            .columns = width / patchSize,
            .channels = image.channels,
            .image = resizeBilinear(image, width, height)};
}

Image drawPatchGrid(const PatchGrid& grid, int spacing, int scale, std::array<std::uint8_t, 3> background) {
    constexpr int kMaxSide = 16'384;  // pixels; larger drawings cost gigabytes
    const auto drawn = [&](int patches) {
        return std::int64_t{patches} * grid.patchSize * scale + std::int64_t{patches - 1} * spacing;
    };
    const std::int64_t width = drawn(grid.columns), height = drawn(grid.rows);
    if (spacing < 0 || scale < 1 || std::max(width, height) > kMaxSide) {
        throw InvalidInput("The patches cannot be drawn with a spacing of " + std::to_string(spacing) +
                           " px and a scale of " + std::to_string(scale) +
                           ": use at least 0 and 1, and at most what keeps the drawing below " +
                           groupedText(kMaxSide) + " px.");
    }
    Image drawing{static_cast<int>(width), static_cast<int>(height), 3, {}};
    drawing.pixels.resize(static_cast<std::size_t>(width * height) * 3);
    for (std::size_t i = 0; i < drawing.pixels.size(); ++i) drawing.pixels[i] = background[i % 3];
    for (int y = 0; y < grid.image.height; ++y) {
        for (int x = 0; x < grid.image.width; ++x) {
            const auto channel = [&](int c) { return grid.image.at(x, y, grid.channels == 1 ? 0 : c); };
            drawPixel(drawing, drawnAt(grid, x, spacing, scale), drawnAt(grid, y, spacing, scale), scale,
                      {channel(0), channel(1), channel(2)});
        }
    }
    return drawing;
}

std::string patchFacts(const PatchGrid& grid) {
    const auto text = [](int height, int width) { return std::to_string(height) + " X " + std::to_string(width); };
    return "Image size: " + text(grid.image.height, grid.image.width) +
           "\nPatch size: " + text(grid.patchSize, grid.patchSize) +
           "\nPatches per image: " + std::to_string(grid.patchCount()) +
           "\nElements per patch: " + std::to_string(grid.elementsPerPatch()) + "\n";
}

}  // namespace vit
