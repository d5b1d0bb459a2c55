// SPDX-License-Identifier: GPL-3.0-or-later
// Writing .npy: a magic number, the length of a header that is a Python literal, the header, the values.
#include "core/io/npy.h"

#include "core/base/error.h"
#include "core/io/atomic_file.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vit {

namespace {

static_assert(std::endian::native == std::endian::little, "values and lengths are copied as they are");

constexpr std::size_t kAlignment = 64;  // of the values within the file

// As Python writes a tuple: "()", "(3,)", "(3, 4)".
std::string tupleText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
    return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

std::string headerOf(const FloatArray& array) {
    std::string literal = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tupleText(array.shape) + ", }";
    std::string start = "\x93NUMPY\x01";
    start += '\0';  // version 1.0
    const std::size_t unpadded = start.size() + sizeof(std::uint16_t) + literal.size() + 1;
    literal.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
    literal += '\n';
    const auto length = std::bit_cast<std::array<char, 2>>(static_cast<std::uint16_t>(literal.size()));
    return start + std::string(length.begin(), length.end()) + literal;
}

void checkSize(const FloatArray& array) {
    std::size_t count = 1;
    for (const std::int64_t size : array.shape) {
        if (size < 0) throw Error("a side of its shape is below 0");
        count *= static_cast<std::size_t>(size);
    }
    if (count != array.values.size()) {
        throw Error("its shape " + tupleText(array.shape) + " does not fit its " +
                    std::to_string(array.values.size()) + " values");
    }
}

}  // namespace

void writeNpy(const std::filesystem::path& path, const FloatArray& array) {
    try {
        checkSize(array);
    } catch (const Error& fault) {
        throw Error("Cannot write the array to " + path.string() + ": " + fault.what() + ".");
    }
    const std::string header = headerOf(array);
    const std::array parts = {std::as_bytes(std::span(header)), std::as_bytes(std::span(array.values))};
    writeFileAtomically(path, std::span<const std::span<const std::byte>>(parts));
}

}  // namespace vit
