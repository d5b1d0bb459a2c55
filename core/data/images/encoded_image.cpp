// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the size from the headers of picture files, and looks for the end mark of a JPEG.
#include "core/data/images/encoded_image.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace vit {

namespace {

using Bytes = std::span<const std::uint8_t>;

// Numbers at a place; those that lie beyond the end count as 0, which is no size.
std::int64_t bigEndian(Bytes bytes, std::uint64_t at, std::size_t count) {
    if (at > bytes.size() || bytes.size() - at < count) return 0;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}

std::int64_t littleEndian(Bytes bytes, std::uint64_t at, std::size_t count) {
    if (at > bytes.size() || bytes.size() - at < count) return 0;
    std::int64_t value = 0;
    for (std::size_t i = count; i > 0; --i) value = value << 8 | bytes[at + i - 1];
    return value;
}

bool hasAt(Bytes bytes, std::uint64_t at, std::string_view text) {
    return at <= bytes.size() && bytes.size() - at >= text.size() &&
           std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
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
    EncodedImage result{.format = PictureFormat::Jpeg, .truncated = true};
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
        const std::uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {  // a fill byte
            ++at;
            continue;
        }
        if (isStartOfFrame(marker)) {
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

// The first directory of TIFF 6.0, or of BigTIFF, whose offsets and counts have 8 bytes.
EncodedImage inspectTiff(Bytes bytes) {
    const auto number = [&, big = bytes[0] == 'M'](std::uint64_t at, std::size_t count) {
        return big ? bigEndian(bytes, at, count) : littleEndian(bytes, at, count);
    };
    const bool wide = number(2, 2) == 43;
    const std::size_t word = wide ? 8 : 4;
    const auto directory = static_cast<std::uint64_t>(number(wide ? 8 : 4, word));
    const std::int64_t entries = number(directory, wide ? 8 : 2);
    constexpr std::int64_t kMostEntries = 65'535;  // what TIFF can have
    EncodedImage result{.format = PictureFormat::Tiff};
    for (std::int64_t i = 0; i < std::min(entries, kMostEntries); ++i) {
        const std::uint64_t entry = directory + (wide ? 8 : 2) + static_cast<std::uint64_t>(i) * (wide ? 20 : 12);
        constexpr std::int64_t kWidth = 256, kHeight = 257, kShort = 3, kLong = 4;
        const std::int64_t tag = number(entry, 2);
        const std::int64_t type = number(entry + 2, 2);
        const std::int64_t value = number(entry + 4 + word, type == kShort ? 2 : type == kLong ? 4 : word);
        if (tag == kWidth) result.width = value;
        if (tag == kHeight) result.height = value;
    }
    return result;
}

constexpr std::string_view kCodestream = "\xFF\x4F\xFF\x51";  // SOC, and SIZ which must follow

// The size is that of the codestream, which is what is decoded; the box "ihdr" may say something else.
EncodedImage inspectJpeg2000(Bytes bytes) {
    std::uint64_t at = 0;
    if (!hasAt(bytes, 0, kCodestream)) {  // ISO/IEC 15444-1, annex I: boxes of length and type
        while (at + 8 <= bytes.size() && !hasAt(bytes, at + 4, "jp2c")) {
            std::int64_t length = bigEndian(bytes, at, 4);
            if (length == 1) length = bigEndian(bytes, at + 8, 8);
            if (length < 8 || static_cast<std::uint64_t>(length) > bytes.size()) return {PictureFormat::Jpeg2000};
            at += static_cast<std::uint64_t>(length);
        }
        at += bigEndian(bytes, at, 4) == 1 ? 16 : 8;
    }
    if (!hasAt(bytes, at, kCodestream)) return {PictureFormat::Jpeg2000};
    constexpr std::uint64_t kSize = 8;  // markers, length and capabilities come before Xsiz, Ysiz, XOsiz and YOsiz
    return {PictureFormat::Jpeg2000, bigEndian(bytes, at + kSize, 4) - bigEndian(bytes, at + kSize + 8, 4),
            bigEndian(bytes, at + kSize + 4, 4) - bigEndian(bytes, at + kSize + 12, 4)};
}

// RFC 9649: lossy, lossless, or with an extended header that states the canvas.
EncodedImage inspectWebP(Bytes bytes) {
    constexpr std::int64_t kSide = 0x3FFF;  // sizes of 14 bits
    constexpr std::size_t kHeader = 30;
    if (bytes.size() < kHeader) return {PictureFormat::WebP};
    if (hasAt(bytes, 12, "VP8X"))
        return {PictureFormat::WebP, littleEndian(bytes, 24, 3) + 1, littleEndian(bytes, 27, 3) + 1};
    if (hasAt(bytes, 12, "VP8L")) {
        const std::int64_t bits = littleEndian(bytes, 21, 4);
        return {PictureFormat::WebP, (bits & kSide) + 1, (bits >> 14 & kSide) + 1};
    }
    return {PictureFormat::WebP, littleEndian(bytes, 26, 2) & kSide, littleEndian(bytes, 28, 2) & kSide};
}

EncodedImage inspectBmp(Bytes bytes) {
    constexpr std::int64_t kOldHeader = 12;  // OS/2's, with sizes of two bytes
    const std::size_t word = littleEndian(bytes, 14, 4) == kOldHeader ? 2 : 4;
    const std::int64_t width = littleEndian(bytes, 18, word);
    std::int64_t height = littleEndian(bytes, 18 + word, word);
    if (word == 4) height = std::abs(std::int64_t{static_cast<std::int32_t>(height)});  // < 0: from the top
    return {PictureFormat::Bmp, width, height};
}

// "P6 640 480 255": numbers in words, with comments between them.
EncodedImage inspectPnm(Bytes bytes) {
    std::size_t at = 2;
    const auto next = [&]() -> std::int64_t {
        while (at < bytes.size() && (std::isspace(bytes[at]) != 0 || bytes[at] == '#')) {
            if (bytes[at] == '#')
                while (at < bytes.size() && bytes[at] != '\n') ++at;
            else ++at;
        }
        std::int64_t number = 0;
        constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
        for (; at < bytes.size() && std::isdigit(bytes[at]) != 0; ++at)
            number = std::min(kMost, number * 10 + (bytes[at] - '0'));
        return number;
    };
    const std::int64_t width = next();
    return {PictureFormat::Pnm, width, next()};
}

// ISO/IEC 23008-12: every picture in the file, also one put together of tiles, has a box "ispe" with its size.
EncodedImage inspectHeif(Bytes bytes) {
    const bool isAvif = hasAt(bytes, 8, "avif") || hasAt(bytes, 8, "avis");
    EncodedImage result{.format = isAvif ? PictureFormat::Avif : PictureFormat::Heic};
    constexpr std::string_view kSize = "ispe";
    auto found = bytes.begin();
    while ((found = std::search(found, bytes.end(), kSize.begin(), kSize.end())) != bytes.end()) {
        const auto at = static_cast<std::uint64_t>(found - bytes.begin()) + kSize.size() + 4;
        result.width = std::max(result.width, bigEndian(bytes, at, 4));
        result.height = std::max(result.height, bigEndian(bytes, at + 4, 4));
        ++found;
    }
    return result;
}

bool isHeif(Bytes bytes) {
    constexpr std::array<std::string_view, 9> kBrands = {"avif", "avis", "heic", "heix", "hevc",
                                                         "hevx", "heim", "heis", "mif1"};
    return hasAt(bytes, 4, "ftyp") && std::any_of(kBrands.begin(), kBrands.end(),
                                                  [&](std::string_view brand) { return hasAt(bytes, 8, brand); });
}

EncodedImage inspectGif(Bytes bytes) {
    return {PictureFormat::Gif, littleEndian(bytes, 6, 2), littleEndian(bytes, 8, 2)};
}

EncodedImage inspectPng(Bytes bytes) {  // signature, chunk length, "IHDR", width, height
    return {PictureFormat::Png, bigEndian(bytes, 16, 4), bigEndian(bytes, 20, 4)};
}

bool isPnm(Bytes bytes) {
    return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && std::isspace(bytes[2]) != 0;
}

bool isTiff(Bytes bytes) {
    using namespace std::string_view_literals;
    return hasAt(bytes, 0, "II*\0"sv) || hasAt(bytes, 0, "MM\0*"sv) || hasAt(bytes, 0, "II+\0"sv) ||
           hasAt(bytes, 0, "MM\0+"sv);
}

}  // namespace

EncodedImage inspectEncoded(Bytes encoded) {
    using namespace std::string_view_literals;
    if (hasAt(encoded, 0, "\xFF\xD8\xFF")) return inspectJpeg(encoded);
    if (hasAt(encoded, 0, "\x89PNG\r\n\x1A\n")) return inspectPng(encoded);
    if (hasAt(encoded, 0, "RIFF") && hasAt(encoded, 8, "WEBP")) return inspectWebP(encoded);
    if (isTiff(encoded)) return inspectTiff(encoded);
    if (hasAt(encoded, 0, "\0\0\0\x0CjP  \r\n\x87\n"sv) || hasAt(encoded, 0, kCodestream))
        return inspectJpeg2000(encoded);
    if (hasAt(encoded, 0, "GIF87a") || hasAt(encoded, 0, "GIF89a")) return inspectGif(encoded);
    if (isHeif(encoded)) return inspectHeif(encoded);
    if (isPnm(encoded)) return inspectPnm(encoded);
    if (hasAt(encoded, 0, "BM")) return inspectBmp(encoded);
    return {};
}

}  // namespace vit
