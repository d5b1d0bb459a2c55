// SPDX-License-Identifier: GPL-3.0-or-later
// A lock between processes: a file that one of them at a time holds.
#pragma once

#include <filesystem>
#include <string_view>

namespace vit {

// Held until destruction; the system lets go of it when the process ends, however it ends. Two locks on one file are in
// each other's way within a process too. The file stays: were it removed, two processes could each hold one of that
// name.
class FileLock {
public:
    enum class Wait { No, UntilFree };
    enum class State {
        Held,
        Taken,        // by another one; only without waiting
        Unsupported,  // the file system knows no locks: nothing keeps another process out
    };

    // The file is made if it is not there. Throws Error if it cannot be opened or is no plain file (plain_file.h).
    explicit FileLock(const std::filesystem::path& path, Wait wait = Wait::No);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    State state() const { return m_state; }
    // Leaves words in the file for those that find it taken. That it cannot be written does no harm.
    void leaveNote(std::string_view text) const;

private:
    int m_file;
    State m_state = State::Held;
};

}  // namespace vit
