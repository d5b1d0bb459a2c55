// SPDX-License-Identifier: GPL-3.0-or-later
// The XDG base directories, as far as they are needed.
#include "core/io/user_folders.h"

#include "core/base/error.h"

#include <cstdlib>

namespace vit {

namespace {

std::filesystem::path absoluteFromEnvironment(const char* name) {
    const char* value = std::getenv(name);
    const std::filesystem::path path = value ? value : "";
    return path.is_absolute() ? path : std::filesystem::path();
}

}  // namespace

std::filesystem::path userDataFolder() {
    constexpr const char* kProgram = "vit-workbench";
    if (const auto data = absoluteFromEnvironment("XDG_DATA_HOME"); !data.empty()) return data / kProgram;
    if (const auto home = absoluteFromEnvironment("HOME"); !home.empty()) return home / ".local" / "share" / kProgram;
    throw Error("There is no folder for data and runs: set HOME or XDG_DATA_HOME to an absolute path.");
}

}  // namespace vit
