// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the file system.
#include "core/io/disk_space.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <system_error>

namespace vit {

namespace {

std::string megabytes(std::int64_t bytes, std::int64_t rounding) {
    constexpr std::int64_t kMegabyte = 1'000'000;
    return groupedText((bytes + rounding) / kMegabyte) + " MB";
}

}  // namespace

void requireFreeSpace(const std::filesystem::path& folder, std::int64_t bytes, const std::string& what) {
    if (bytes <= 0) return;
    std::filesystem::path there = folder;
    std::error_code ignored;
    while (!std::filesystem::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    std::error_code unknown;
    const std::filesystem::space_info space = std::filesystem::space(there.empty() ? "." : there, unknown);
    if (unknown || static_cast<std::uintmax_t>(bytes) <= space.available) return;
    throw Error(what + " needs " + megabytes(bytes, 999'999) + ", but only " +
                megabytes(static_cast<std::int64_t>(space.available), 0) + " are free on the disk of " +
                folder.string() + ". Make room and try again.");
}

}  // namespace vit
