// SPDX-License-Identifier: GPL-3.0-or-later
// zlib has the checksum.
#include "core/io/png_chunks.h"

#include "core/base/error.h"

#include <zlib.h>

namespace vit {

namespace {

constexpr std::size_t kNumber = 4;  // bytes
constexpr std::size_t kName = 4;

std::uint32_t checksum(std::string_view nameAndContent) {
    return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(nameAndContent.data()),
                                            static_cast<uInt>(nameAndContent.size())));
}

std::uint32_t numberAt(std::string_view bytes, std::size_t place) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kNumber; ++i) number = number << 8 | static_cast<unsigned char>(bytes[place + i]);
    return number;
}

}  // namespace

std::string pngNumber(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift & 0xFF));
    return bytes;
}

std::string pngChunk(std::string_view name, std::string_view content) {
    std::string checked(name);
    checked += content;
    return pngNumber(static_cast<std::uint32_t>(content.size())) + checked + pngNumber(checksum(checked));
}

std::vector<PngChunk> pngChunks(std::string_view file) {
    if (!file.starts_with(kPngSignature)) throw Error("This is no PNG.");
    std::vector<PngChunk> chunks;
    for (std::string_view rest = file.substr(kPngSignature.size()); !rest.empty();) {
        if (rest.size() < 2 * kNumber + kName) throw Error("The PNG is torn.");
        const std::size_t length = numberAt(rest, 0);
        if (length > rest.size() - 2 * kNumber - kName) throw Error("The PNG is torn.");
        const std::string_view checked = rest.substr(kNumber, kName + length);
        if (numberAt(rest, kNumber + checked.size()) != checksum(checked)) throw Error("The PNG is damaged.");
        chunks.push_back({checked.substr(0, kName), checked.substr(kName)});
        rest.remove_prefix(checked.size() + 2 * kNumber);
    }
    return chunks;
}

}  // namespace vit
