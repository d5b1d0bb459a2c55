// SPDX-License-Identifier: GPL-3.0-or-later
// A file that grows by whole lines or records and survives a disk that is full for a while.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace vit {

class AppendFile {
public:
    // Made if it is not there. Throws Error if it cannot be opened or is no plain file (plain_file.h).
    explicit AppendFile(std::filesystem::path path);
    ~AppendFile();  // flushes; whoever must know whether that worked does it before
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;

    void append(std::string_view line);         // in memory; the newline is added
    void appendRecord(std::string_view bytes);  // in memory, as it is
    // Hands them all to the system. Throws Error when that fails or the file has gone from its place: the file then
    // ends with a whole line or record and the rest waits in memory for the next time.
    void flush();
    void sync();  // flush(), and then to the disk itself

private:
    std::filesystem::path m_path;
    int m_file;
    std::int64_t m_size;  // up to the last whole line or record written
    std::string m_waiting;
    bool m_torn = false;  // there is a part of one after that

    void cutBack();

    void requireInPlace() const;
};

}  // namespace vit
