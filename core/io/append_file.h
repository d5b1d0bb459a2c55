// SPDX-License-Identifier: GPL-3.0-or-later
// A file that grows line by line and survives a disk that is full for a while.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace vit {

class AppendFile {
public:
    // Made if it is not there. Throws Error if it cannot be opened.
    explicit AppendFile(std::filesystem::path path);
    ~AppendFile();  // flushes; whoever must know whether that worked does it before
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;

    void append(std::string_view line);  // in memory; the newline is added
    // Hands all lines to the system. Throws Error when that fails or the file has gone from its place: the file then
    // ends with a whole line and the rest waits in memory for the next time.
    void flush();
    void sync();  // flush(), and then to the disk itself

private:
    std::filesystem::path m_path;
    int m_file;
    std::int64_t m_size;  // up to the last whole line written
    std::string m_waiting;

    void requireInPlace() const;
};

}  // namespace vit
