// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at the free space of a disk before much is written to it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

// Throws Error, "WHAT needs 170 MB, but only 12 MB are free on the disk of FOLDER. Make room and try again.", if the
// disk says that so much does not fit. `folder` need not be there yet; 0 bytes or less always fit.
void requireFreeSpace(const std::filesystem::path& folder, std::int64_t bytes, const std::string& what);

}  // namespace vit
