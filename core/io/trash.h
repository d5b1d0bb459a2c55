// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop's trash (https://specifications.freedesktop.org/trash-spec), whence a file manager brings things back.
#pragma once

#include <filesystem>

namespace vit {

// Moves a file or folder into the trash of its file system: the user's own, or the one at the top of another disk.
// Gives its new place. Throws Error when there is no trash to be had, with what to do; nothing is then moved.
std::filesystem::path moveToTrash(const std::filesystem::path& path);

}  // namespace vit
