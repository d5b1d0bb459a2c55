// SPDX-License-Identifier: GPL-3.0-or-later
// Where this program keeps what belongs to a user.
#pragma once

#include <filesystem>

namespace vit {

// $XDG_DATA_HOME/vit-workbench, by default ~/.local/share/vit-workbench; need not exist yet.
// (https://specifications.freedesktop.org/basedir-spec: a path that is not absolute counts as not set.)
std::filesystem::path userDataFolder();
// $XDG_CACHE_HOME/vit-workbench, by default ~/.cache/vit-workbench: what can be made anew.
std::filesystem::path userCacheFolder();

}  // namespace vit
