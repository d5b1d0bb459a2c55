// SPDX-License-Identifier: GPL-3.0-or-later
// Runs are deleted by way of the desktop's trash, and never while a program trains them.
#pragma once

#include <filesystem>

namespace vit {

// Gives the folder's new place. Throws RunTaken (run_lock.h) with the run's name and what to do while some program,
// this one too, trains it; Error as moveToTrash() in io/trash.h. The folder then stays as it is.
std::filesystem::path moveRunToTrash(const std::filesystem::path& folder);

}  // namespace vit
