// SPDX-License-Identifier: GPL-3.0-or-later
// A lock file in the folder, with the process that holds it.
#include "core/runs/run_lock.h"

#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <string>
#include <unistd.h>

namespace vit {

namespace {

std::string holder(const std::filesystem::path& path) {
    std::string text = readTextFile(path);
    while (text.ends_with('\n')) text.pop_back();
    return text.empty() ? "another program" : text;
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& folder) : m_lock(folder / run_files::kLock) {
    if (m_lock.state() == FileLock::State::Taken) {
        const std::string name = holder(folder / run_files::kLock);
        throw RunTaken("The run in " + folder.string() + " is being trained by " + name +
                           ". Wait until it has ended, or stop it there.",
                       name);
    }
    if (isHeld()) m_lock.leaveNote("process " + std::to_string(::getpid()) + "\n");
}

}  // namespace vit
