// SPDX-License-Identifier: GPL-3.0-or-later
// Spoils files that were whole.
#pragma once

#include "core/io/atomic_file.h"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace vit::test {

inline void flipBit(const std::filesystem::path& file) {
    std::string bytes = readTextFile(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
    writeFileAtomically(file, bytes);
}

inline void cutLastByte(const std::filesystem::path& file) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
}

inline void replaceIn(const std::filesystem::path& file, const std::string& what, const std::string& by) {
    std::string text = readTextFile(file);
    const std::size_t place = text.find(what);
    if (place == std::string::npos) throw std::runtime_error("There is no " + what);
    writeFileAtomically(file, text.replace(place, what.size(), by));
}

}  // namespace vit::test
