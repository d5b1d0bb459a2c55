// SPDX-License-Identifier: GPL-3.0-or-later
// What files are like from outside, so that one that was replaced or changed is noticed without reading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

struct FileMark {
    std::int64_t bytes = -1;   // -1: there is no such file
    std::int64_t changed = 0;  // when it was written last, in nanoseconds since 1970

    bool operator==(const FileMark&) const = default;
};

// By one call of the system; links are followed.
FileMark markOf(const std::filesystem::path& file);

// The files of many images in one. All empty: the images have no files of their own.
struct FileMarks {
    std::int64_t count = 0;
    std::string sizes;         // a sum of all paths, labels and sizes: the same wherever the files were copied to
    std::string times;         // a sum that also has when each was written
    std::int64_t changed = 0;  // when the last of them was written, as in FileMark
    std::string lastChanged;   // its path within the data set; not kept with a run
};

}  // namespace vit
