// SPDX-License-Identifier: GPL-3.0-or-later
// An 8-bit picture, and reading and writing it in any usual format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vit {

// Row by row, channel fastest (RGB, or one channel of grey): pixels[(y * width + x) * channels + c].
struct Image {
    int width = 0;
    int height = 0;
    int channels = 3;
    std::vector<std::uint8_t> pixels;

    bool empty() const { return pixels.empty(); }
    std::uint8_t at(int x, int y, int c) const {
        return pixels[(static_cast<std::size_t>(y) * width + x) * channels + c];
    }
    bool operator==(const Image&) const = default;
};

// RGB, turned upright by its EXIF tag; transparency is laid on white. Throw Error with the path and the cause. With
// `leastSide` > 0 a JPEG may come at 1/2, 1/4 or 1/8 of its size, though with no side below it: much faster where
// many large photos are wanted small.
Image loadImage(const std::filesystem::path& path, int leastSide = 0);
Image decodeImage(std::span<const std::uint8_t> encoded);
// Without loss; gives the file's bytes. Throws Error if the picture is empty.
std::vector<std::uint8_t> encodePng(const Image& image);
// The format follows the extension (png, jpg, …).
void saveImage(const Image& image, const std::filesystem::path& path);

// The names' endings that loadImage understands, lower case, with the dot: ".jpg", ".png", …
const std::vector<std::string>& imageExtensions();

// The centred part of the shape width : height, at `share` of the largest one's size; at least a pixel.
Image cropCentre(const Image& image, int width, int height, double share = 1);
// The largest centred square.
inline Image cropCentreSquare(const Image& image) { return cropCentre(image, 1, 1); }
// Area averaging when shrinking, bilinear when growing: what a person wants to see and what data sets were made with.
Image resizeArea(const Image& image, int width, int height);
// Bilinear with half-pixel centres and no antialiasing, rounded to 8 bits: the model's own resize.
Image resizeBilinear(const Image& image, int width, int height);
// To 1 or 3 channels: grey is repeated, colour is weighted by luminance.
Image convertChannels(const Image& image, int channels);

}  // namespace vit
