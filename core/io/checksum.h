// SPDX-License-Identifier: GPL-3.0-or-later
// Checksums of files.
#pragma once

#include "core/base/progress.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace vit {

enum class ChecksumKind { Md5, Sha256 };

struct HashSum {
    ChecksumKind kind = ChecksumKind::Sha256;
    std::string hex;  // lower case

    bool operator==(const HashSum&) const = default;
};

// Throws Error if the file cannot be read.
HashSum checksumOf(const std::filesystem::path& file, ChecksumKind kind, const Progress& progress = {});

HashSum checksumOf(std::span<const std::byte> bytes, ChecksumKind kind);

}  // namespace vit
