// SPDX-License-Identifier: GPL-3.0-or-later
// The chunks that a PNG file is made of (https://www.w3.org/TR/png-3/#5DataRep).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

inline constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

struct PngChunk {
    std::string_view name;  // four letters: "IHDR"
    std::string_view content;
};

// 4 bytes, the highest first, as PNG has all numbers.
std::string pngNumber(std::uint32_t number);

// As it stands in the file: length, name, content and checksum.
std::string pngChunk(std::string_view name, std::string_view content);

// Those of a whole file, which must outlive them. Throws Error if it is no PNG, torn or damaged.
std::vector<PngChunk> pngChunks(std::string_view file);

}  // namespace vit
