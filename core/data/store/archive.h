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
    // Pictures hardly pack at all, tables of bytes ten times: what packs so much better is there to fill the disk.
    std::int64_t ratio = 200;
    std::int64_t ratioFrom = std::int64_t{1} << 28;  // bytes that any archive may unpack to: empty tables pack well
};

// Unpacks tar (plain, gz, bz2, xz, zst) or zip into the existing folder `into`. Throws Error at the first entry that
// would lie outside it (an absolute path, ".."), that is neither file nor folder (links, devices), that passes a limit
// or that the disk has no room for by the size it states; for a damaged archive and for a full disk. What was unpacked
// until then stays: use a TemporaryFolder.
// Progress counts the bytes of the archive.
void unpackArchive(const std::filesystem::path& archive, const std::filesystem::path& into,
                   const Progress& progress = {}, const ArchiveLimits& limits = {});

}  // namespace vit
