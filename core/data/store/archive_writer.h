// SPDX-License-Identifier: GPL-3.0-or-later
// Packing of files for another computer.
#pragma once

#include "core/base/progress.h"

#include <filesystem>
#include <vector>

namespace vit {

// Writes these files of `folder`, named by their paths within it, as a tar to an open descriptor, which stays open. Of
// a file that grows meanwhile comes what was there when its turn came. Links and what is no plain file are left out,
// and so is what is gone by then. Throws Error if a file cannot be read or nobody takes the archive any more. Progress
// counts bytes.
void packFiles(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files, int descriptor,
               const Progress& progress = {});

// All plain files below the folder, by their paths within it, in order; no links are followed.
std::vector<std::filesystem::path> filesBelow(const std::filesystem::path& folder);

}  // namespace vit
