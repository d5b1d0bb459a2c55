// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the size from the headers of PNG and JPEG, and looks for the end mark of a JPEG.
#include "core/data/images/encoded_image.h"

#include <algorithm>
#include <array>

namespace vit {

namespace {

using Bytes = std::span<const std::uint8_t>;

std::int64_t bigEndian(Bytes bytes, std::size_t at, std::size_t count) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}

bool startsWith(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// Start-of-frame markers, whatever the coding; C4, C8 and CC mean something else.
bool isStartOfFrame(std::uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool hasEndMark(Bytes scan) {
    constexpr std::array<std::uint8_t, 2> kEnd = {0xFF, 0xD9};
    return std::find_end(scan.begin(), scan.end(), kEnd.begin(), kEnd.end()) != scan.end();
}

// ITU-T T.81: segments of marker and length, up to the scan, in which FF D9 can only be the end of the picture. The
// segments are walked because a thumbnail inside one of them has an end mark of its own.
EncodedImage inspectJpeg(Bytes bytes) {
    EncodedImage result{.jpeg = true, .truncated = true};
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
        const std::uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {  // a fill byte
            ++at;
            continue;
        }
        if (isStartOfFrame(marker) && at + 9 <= bytes.size()) {
            result.height = bigEndian(bytes, at + 5, 2);
            result.width = bigEndian(bytes, at + 7, 2);
        }
        if (marker == 0xDA) {
            result.truncated = !hasEndMark(bytes.subspan(at));
            break;
        }
        at += 2 + static_cast<std::size_t>(bigEndian(bytes, at + 2, 2));
    }
    return result;
}

}  // namespace

EncodedImage inspectEncoded(Bytes encoded) {
    constexpr std::array<std::uint8_t, 8> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    constexpr std::array<std::uint8_t, 3> kJpeg = {0xFF, 0xD8, 0xFF};
    constexpr std::size_t kPngSizeEnd = 24;  // signature, chunk length, "IHDR", width, height
    if (startsWith(encoded, kJpeg)) return inspectJpeg(encoded);
    if (startsWith(encoded, kPng) && encoded.size() >= kPngSizeEnd)
        return {.width = bigEndian(encoded, 16, 4), .height = bigEndian(encoded, 20, 4)};
    return {};
}

}  // namespace vit
