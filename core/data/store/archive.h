// SPDX-License-Identifier: GPL-3.0-or-later
// Unpacking of archives that a stranger may have made.
#pragma once

#include "core/base/progress.h"

#include <cstdint>
#include <filesystem>

namespace vit {

struct ArchiveLimits {
    std::int64_t bytes = std::int64_t{1} << 37;  // 128 GiB, unpacked
    std::int64_t entries = 5'000'000;
};

// Unpacks tar (plain, gz, bz2, xz, zst) or zip into the existing folder `into`. Throws Error at the first entry that
// would lie outside it (an absolute path, ".."), that is neither file nor folder (links, devices), or that passes a
// limit; for a damaged archive and for a full disk. What was unpacked until then stays: use a TemporaryFolder.
// Progress counts the bytes of the archive.
void unpackArchive(const std::filesystem::path& archive, const std::filesystem::path& into,
                   const Progress& progress = {}, const ArchiveLimits& limits = {});

}  // namespace vit
