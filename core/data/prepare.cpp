// SPDX-License-Identifier: GPL-3.0-or-later
// Brings any photo to the form of a data set's images.
#include "core/data/dataset.h"
#include "core/data/images/resample.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

// Of what an image was resized to, the middle that a model sees; to the nearest pixel, halves to the even one.
Image middleOf(const Image& image, int resizedWidth, int resizedHeight, int width, int height, ResampleFilter filter) {
    const auto begin = [](int length, int part) { return static_cast<int>(std::nearbyint((length - part) / 2.0)); };
    return resample(image, resizedWidth, resizedHeight,
                    {begin(resizedWidth, width), begin(resizedHeight, height), width, height}, filter);
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
    return middleOf(image, width, height, side, side, filter);
}

// As timm's ResizeKeepRatio and CenterCrop do it for what is no square: the image just covers both sides / share.
Image resizedMiddle(const Image& image, int width, int height, double share, ResampleFilter filter) {
    const auto target = [share](int side) { return std::max(side, static_cast<int>(std::floor(side / share))); };
    const double ratio = std::min(static_cast<double>(image.height) / target(height),
                                  static_cast<double>(image.width) / target(width));
    const auto resized = [ratio](int length, int least) {
        return std::max(least, static_cast<int>(std::nearbyint(length / ratio)));
    };
    return middleOf(image, resized(image.width, width), resized(image.height, height), width, height, filter);
}

}  // namespace

Image prepareForModel(const Image& photo, const Dataset::Shape& nativeShape, const DataConfig& how,
                      const std::optional<ImageSize>& frame) {
    const Image image = convertChannels(photo, nativeShape.channels);
    const int width = nativeShape.width, height = nativeShape.height;
    if (image.width == width && image.height == height) return image;
    const bool squash = how.photoFit == PhotoFit::Squash;
    const ImageSize shape = frame.value_or(ImageSize(height, width));
    const auto centre = [&] {
        return cropCentre(image, static_cast<int>(shape.width), static_cast<int>(shape.height), how.photoShare);
    };
    if (how.photoFilter == PhotoFilter::Area) return resizeArea(squash ? image : centre(), width, height);
    const auto filter = how.photoFilter == PhotoFilter::Bicubic ? ResampleFilter::Bicubic : ResampleFilter::Bilinear;
    const bool alike = shape.width * height == shape.height * width;
    if (squash || !alike) return resample(squash ? image : centre(), width, height, {0, 0, width, height}, filter);
    return width == height ? resizedMiddle(image, width, how.photoShare, filter)
                           : resizedMiddle(image, width, height, how.photoShare, filter);
}

}  // namespace vit
