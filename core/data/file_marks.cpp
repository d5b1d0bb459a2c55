// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the system.
#include "core/data/file_marks.h"

#include <sys/stat.h>

namespace vit {

FileMark markOf(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return {};
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    return {status.st_size, status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace vit
