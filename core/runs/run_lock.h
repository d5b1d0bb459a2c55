// SPDX-License-Identifier: GPL-3.0-or-later
// One process at a time writes into a run's folder.
#pragma once

#include <filesystem>

namespace vit {

class RunLock {
public:
    // Takes the folder until destruction; the system lets go of it when the process ends, however it ends. Throws Error
    // naming the holder when it is taken.
    explicit RunLock(const std::filesystem::path& folder);
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    // False where the file system knows no locks: then nothing keeps a second process out.
    bool isHeld() const { return m_held; }

private:
    int m_file;
    bool m_held = true;
};

}  // namespace vit
