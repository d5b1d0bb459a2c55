// SPDX-License-Identifier: GPL-3.0-or-later
// Brings any photo to the form of a data set's images.
#include "core/data/dataset.h"
#include "core/data/images/resample.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

// The centre square of `share` of the shorter side.
Image centreOf(const Image& image, double share) {
    const int side = std::max(1, static_cast<int>(std::lround(std::min(image.width, image.height) * share)));
    Image result;
    result.width = result.height = side;
    result.channels = image.channels;
    const int left = (image.width - side) / 2, top = (image.height - side) / 2;
    const auto line = static_cast<std::ptrdiff_t>(side) * image.channels;
    for (int y = 0; y < side; ++y) {
        const auto first =
            image.pixels.begin() + (static_cast<std::ptrdiff_t>(top + y) * image.width + left) * image.channels;
        result.pixels.insert(result.pixels.end(), first, first + line);
    }
    return result;
}

// As torchvision's Resize and CenterCrop: the shorter side becomes side / share, then the middle is cut out.
Image resizedMiddle(const Image& image, int side, double share, ResampleFilter filter) {
    const int shorter = std::max(side, static_cast<int>(std::floor(side / share)));
    const auto longer = [&](int length, int least) {
        return static_cast<int>(static_cast<std::int64_t>(shorter) * length / least);
    };
    const int least = std::min(image.width, image.height);
    const int width = image.width == least ? shorter : longer(image.width, least);
    const int height = image.height == least ? shorter : longer(image.height, least);
    const auto begin = [side](int length) { return static_cast<int>(std::nearbyint((length - side) / 2.0)); };
    return resample(image, width, height, {begin(width), begin(height), side, side}, filter);
}

}  // namespace

Image prepareForModel(const Image& photo, const Dataset::Shape& nativeShape, const DataConfig& how) {
    const Image image = convertChannels(photo, nativeShape.channels);
    const int width = nativeShape.width, height = nativeShape.height;
    if (image.width == width && image.height == height) return image;
    const bool squash = how.photoFit == PhotoFit::Squash;
    if (how.photoFilter == PhotoFilter::Area)
        return resizeArea(squash ? image : centreOf(image, how.photoShare), width, height);
    const auto filter = how.photoFilter == PhotoFilter::Bicubic ? ResampleFilter::Bicubic : ResampleFilter::Bilinear;
    if (!squash && width == height) return resizedMiddle(image, width, how.photoShare, filter);
    return resample(squash ? image : centreOf(image, how.photoShare), width, height, {0, 0, width, height}, filter);
}

}  // namespace vit
