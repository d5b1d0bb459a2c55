// SPDX-License-Identifier: GPL-3.0-or-later
// Unbuffered writes; a write that failed half way is taken back.
#include "core/io/append_file.h"

#include "core/base/error.h"
#include "core/io/plain_file.h"
#include "core/io/system_fault.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vit {

AppendFile::AppendFile(std::filesystem::path path)
    : m_path(std::move(path)), m_file(openPlainFile(m_path, O_WRONLY | O_CREAT | O_APPEND)) {
    struct stat status {};
    m_size = ::fstat(m_file, &status) == 0 ? status.st_size : 0;
}

AppendFile::~AppendFile() {
    try {
        flush();
    } catch (const Error&) {
        // There is nobody left to be told.
    }
    ::close(m_file);
}

void AppendFile::append(std::string_view line) {
    m_waiting += line;
    m_waiting += '\n';
}

void AppendFile::appendRecord(std::string_view bytes) { m_waiting += bytes; }

void AppendFile::flush() {
    requireInPlace();
    if (m_torn) cutBack();
    std::size_t done = 0;
    while (done < m_waiting.size()) {
        const ssize_t count = ::write(m_file, m_waiting.data() + done, m_waiting.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int code = errno;
            // Not all of a line may have gone out. If cutting it off fails too, it is cut off before the next writing.
            m_torn = done > 0 && ::ftruncate(m_file, m_size) != 0;
            throwSystemFault("Cannot write", m_path, code);
        }
        done += static_cast<std::size_t>(count);
    }
    m_size += static_cast<std::int64_t>(done);
    m_waiting.clear();
}

void AppendFile::sync() {
    flush();
    // Some network and user-space file systems cannot.
    if (::fdatasync(m_file) != 0 && errno != EINVAL && errno != ENOTSUP)
        throwSystemFault("Cannot write", m_path, errno);
}

void AppendFile::cutBack() {
    if (::ftruncate(m_file, m_size) != 0) throwSystemFault("Cannot write", m_path, errno);
    m_torn = false;
}

// An open file goes on taking lines after it was removed: nobody would ever see them.
void AppendFile::requireInPlace() const {
    struct stat named {};
    if (::lstat(m_path.c_str(), &named) != 0) throwSystemFault("Cannot write", m_path, errno);
    struct stat open {};
    if (::fstat(m_file, &open) != 0) throwSystemFault("Cannot write", m_path, errno);
    if (named.st_ino != open.st_ino || named.st_dev != open.st_dev) throwSystemFault("Cannot write", m_path, ESTALE);
}

}  // namespace vit
