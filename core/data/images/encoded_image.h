// SPDX-License-Identifier: GPL-3.0-or-later
// What a picture file says about itself before it is decoded.
#pragma once

#include <cstdint>
#include <span>

namespace vit {

enum class PictureFormat { Unknown, Jpeg, Png, WebP, Bmp, Tiff, Pnm, Jpeg2000, Gif, Avif, Heic };

struct EncodedImage {
    PictureFormat format = PictureFormat::Unknown;
    std::int64_t width = 0;  // of what a decoder makes memory for; 0 = the header does not say, or is damaged
    std::int64_t height = 0;
    bool truncated = false;  // of a JPEG the end mark is missing: a decoder would fill the rest with grey
};

EncodedImage inspectEncoded(std::span<const std::uint8_t> encoded);

}  // namespace vit
