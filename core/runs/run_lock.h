// SPDX-License-Identifier: GPL-3.0-or-later
// One process at a time writes into a run's folder.
#pragma once

#include "core/base/error.h"
#include "core/io/file_lock.h"

#include <filesystem>
#include <string>

namespace vit {

// Some program, perhaps this one, is training the run.
class RunTaken : public Error {
public:
    RunTaken(const std::string& text, std::string holder) : Error(text), m_holder(std::move(holder)) {}

    const std::string& holder() const { return m_holder; }  // "process 1234"

private:
    std::string m_holder;
};

class RunLock {
public:
    // Takes the folder until destruction; the system lets go of it when the process ends, however it ends. Throws
    // RunTaken when it is taken, Error when the lock cannot be made, as where a link lies in its place.
    explicit RunLock(const std::filesystem::path& folder);

    // False where the file system knows no locks: then nothing keeps a second process out.
    bool isHeld() const { return m_lock.state() == FileLock::State::Held; }

private:
    FileLock m_lock;
};

}  // namespace vit
