// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of data-set files have in common: names of classes, and faults that name file, expectation and
// finding.
#pragma once

#include "core/base/progress.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// How many images and classes a data set must have; 0 = any number.
struct ExpectedCounts {
    std::int64_t train = 0;
    std::int64_t test = 0;
    std::int64_t classes = 0;
};

// Throws Error: "FILE has 12 bytes; expected 3,074 …: it is incomplete or …".
[[noreturn]] void throwWrongSize(const std::filesystem::path& file, const std::string& expected, std::int64_t found);

// Throws Error if it is missing or is no plain file.
std::int64_t sizeOf(const std::filesystem::path& file);

// One name a line; empty lines do not count. Throws Error unless there are `expected` (0 = at least one), all UTF-8.
std::vector<std::string> readClassNames(const std::filesystem::path& file, std::int64_t expected);

// Adds up the bytes of several files for one progress.
class ByteCounter {
public:
    ByteCounter(const Progress& progress, std::string what, std::int64_t total)
        : m_progress(progress), m_what(std::move(what)), m_total(total) {}

    void add(std::int64_t bytes) { report(m_progress, m_what, m_done += bytes, m_total); }

private:
    const Progress& m_progress;
    std::string m_what;
    std::int64_t m_done = 0;
    std::int64_t m_total;
};

}  // namespace vit
