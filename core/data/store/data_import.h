// SPDX-License-Identifier: GPL-3.0-or-later
// Taking a data set in from a folder or an archive that someone else made.
#pragma once

#include "core/base/progress.h"

#include <filesystem>
#include <string>

namespace vit {

// The files of a data set within its folder in the store.
inline constexpr const char* kFilesFolder = "files";

// Finds the data in `from`, copies them into `draft`, a folder that need not exist yet, and reads them there; an
// archive is unpacked into `scratch` first, which lies on the same disk. Pictures that cannot be opened are left out,
// and named in the manifest; if they are more than a tenth, or all of a class, nothing is taken in. Throws
// InvalidInput if nothing fits, Error for damaged data. Afterwards `draft` is what belongs into the store, manifest
// and all.
void importData(const std::string& name, const std::filesystem::path& from, const std::filesystem::path& scratch,
                const std::filesystem::path& draft, const Progress& progress);

}  // namespace vit
