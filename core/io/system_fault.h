// SPDX-License-Identifier: GPL-3.0-or-later
// A system call's failure in words.
#pragma once

#include <filesystem>
#include <string>

namespace vit {

// What an errno says: "No space left on device". In English whatever the locale, as all that stands around it.
std::string systemText(int code);

// "Cannot write /a/b: No space left on device. Make room on the disk and try again." Throws Error; `code` is an errno.
[[noreturn]] void throwSystemFault(const std::string& what, const std::filesystem::path& path, int code);

}  // namespace vit
