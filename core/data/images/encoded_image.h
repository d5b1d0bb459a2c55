// SPDX-License-Identifier: GPL-3.0-or-later
// What a picture file says about itself before it is decoded.
#pragma once

#include <cstdint>
#include <span>

namespace vit {

struct EncodedImage {
    std::int64_t width = 0;   // 0 = not known: the format is neither PNG nor JPEG
    std::int64_t height = 0;
    bool jpeg = false;        // never transparent; may be decoded at 1/2, 1/4 or 1/8 of its size
    bool truncated = false;   // the end mark is missing: a decoder would fill the rest with grey
};

EncodedImage inspectEncoded(std::span<const std::uint8_t> encoded);

}  // namespace vit
