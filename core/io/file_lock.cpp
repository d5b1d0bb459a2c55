// SPDX-License-Identifier: GPL-3.0-or-later
// flock(2).
#include "core/io/file_lock.h"

#include "core/io/plain_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace vit {

FileLock::FileLock(const std::filesystem::path& path, Wait wait) : m_file(openPlainFile(path, O_RDWR | O_CREAT)) {
    const int how = LOCK_EX | (wait == Wait::No ? LOCK_NB : 0);
    int result = ::flock(m_file, how);
    while (result != 0 && errno == EINTR) result = ::flock(m_file, how);
    if (result != 0) m_state = errno == EWOULDBLOCK ? State::Taken : State::Unsupported;
}

FileLock::~FileLock() { ::close(m_file); }

void FileLock::leaveNote(std::string_view text) const {
    if (::ftruncate(m_file, 0) != 0 || ::pwrite(m_file, text.data(), text.size(), 0) < 0) return;
}

}  // namespace vit
