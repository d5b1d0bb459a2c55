// SPDX-License-Identifier: GPL-3.0-or-later
// Checksums of files.
#pragma once

#include "core/base/progress.h"

#include <filesystem>
#include <string>

namespace vit {

enum class ChecksumKind { Md5, Sha256 };

struct Checksum {
    ChecksumKind kind = ChecksumKind::Sha256;
    std::string hex;  // lower case

    bool operator==(const Checksum&) const = default;
};

// Throws Error if the file cannot be read.
Checksum checksumOf(const std::filesystem::path& file, ChecksumKind kind, const Progress& progress = {});

}  // namespace vit
