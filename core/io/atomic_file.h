// SPDX-License-Identifier: GPL-3.0-or-later
// Whole files that are there completely or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace vit {

// Writes beside the target, flushes to the disk, renames over it. A crash at any moment leaves the old file or the new
// one. Throws Error with the path and the system's reason (disk full, no permission, …); the old file is then intact.
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void writeFileAtomically(const std::filesystem::path& path, std::string_view text);
// The parts one after another.
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> parts);

// Whether this is what such a write has left behind half done: its process, on this computer, is no more, or is this one,
// which would have ended it within a minute.
bool isHalfWritten(const std::filesystem::path& file);

// Throws Error with the path and the reason.
std::string readTextFile(const std::filesystem::path& path);

}  // namespace vit
