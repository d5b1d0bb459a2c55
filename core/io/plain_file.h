// SPDX-License-Identifier: GPL-3.0-or-later
// Opening files for writing in folders that may have come from somebody else.
#pragma once

#include <filesystem>

namespace vit {

// Throws Error, which names the link and what to do, if `path` is a symbolic link. What is not there is none.
void refuseLink(const std::filesystem::path& path);

// Opens a file for writing (`flags` as for open(2): O_WRONLY, O_RDWR, O_CREAT, O_APPEND) and gives its descriptor,
// which the caller closes. A link in the place of the file would let what it leads to be overwritten, a pipe would hold
// the program up: for these and whatever else is no plain file throws Error, before anything is written; else as
// throwSystemFault().
int openPlainFile(const std::filesystem::path& path, int flags);

}  // namespace vit
