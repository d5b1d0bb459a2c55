// SPDX-License-Identifier: GPL-3.0-or-later
// The XDG base directories, as far as they are needed.
#include "core/io/user_folders.h"

#include "core/base/error.h"

#include <cstdlib>
#include <string>

namespace vit {

namespace {

std::filesystem::path absoluteFromEnvironment(const char* name) {
    const char* value = std::getenv(name);
    const std::filesystem::path path = value ? value : "";
    return path.is_absolute() ? path : std::filesystem::path();
}

std::filesystem::path folderOf(const char* variable, const std::filesystem::path& belowHome, const char* what) {
    constexpr const char* kProgram = "vit-workbench";
    if (const auto given = absoluteFromEnvironment(variable); !given.empty()) return given / kProgram;
    if (const auto home = absoluteFromEnvironment("HOME"); !home.empty()) return home / belowHome / kProgram;
    throw Error(std::string("There is no folder for ") + what + ": set HOME or " + variable + " to an absolute path.");
}

}  // namespace

std::filesystem::path userDataFolder() {
    return folderOf("XDG_DATA_HOME", std::filesystem::path(".local") / "share", "data and runs");
}

std::filesystem::path userCacheFolder() { return folderOf("XDG_CACHE_HOME", ".cache", "what is kept to save time"); }

}  // namespace vit
