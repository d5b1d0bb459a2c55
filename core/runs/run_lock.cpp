// SPDX-License-Identifier: GPL-3.0-or-later
// flock(2) on a file in the folder.
#include "core/runs/run_lock.h"

#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace vit {

namespace {

std::string holder(const std::filesystem::path& path) {
    std::string text = readTextFile(path);
    while (text.ends_with('\n')) text.pop_back();
    return text.empty() ? "another program" : text;
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / run_files::kLock;
    m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (m_file < 0) throwSystemFault("Cannot write", path, errno);
    if (::flock(m_file, LOCK_EX | LOCK_NB) != 0) {
        const int code = errno;
        if (code == EWOULDBLOCK) {
            ::close(m_file);
            const std::string name = holder(path);
            throw RunTaken("The run in " + folder.string() + " is being trained by " + name +
                               ". Wait until it has ended, or stop it there.",
                           name);
        }
        m_held = false;
        return;
    }
    // For the message to whoever is refused; that it cannot be written does no harm.
    const std::string text = "process " + std::to_string(::getpid()) + "\n";
    if (::ftruncate(m_file, 0) != 0 || ::pwrite(m_file, text.data(), text.size(), 0) < 0) return;
}

RunLock::~RunLock() { ::close(m_file); }

}  // namespace vit
