// SPDX-License-Identifier: GPL-3.0-or-later
// Fetching of large files over an unreliable network.
#pragma once

#include "core/base/progress.h"
#include "core/io/checksum.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

struct Download {
    std::string url;         // http or https; redirects are followed, proxies are taken from the environment
    HashSum checksum;
    std::int64_t bytes = 0;  // 0 = not known
    int stallSeconds = 30;   // gives up when nothing comes for so long
};

// Leaves the file at `target`, complete and with the right sum; one that is there already is only checked. A
// connection that breaks is taken up again where it broke as long as that gets further. What has come of a file stays
// as `target`.part, also after an Error or Cancelled, and the next call goes on from there; a file with a wrong sum
// does not stay. One process at a time: throws Error while another fetches the same (`target`.lock), and if the disk
// has no room for it.
void downloadFile(const Download& download, const std::filesystem::path& target, const Progress& progress = {});

}  // namespace vit
