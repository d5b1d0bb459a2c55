// SPDX-License-Identifier: GPL-3.0-or-later
// Starting this program once more.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace vit {

struct OwnProgramStart {
    std::vector<std::string> environment{};  // "NAME=value", besides this process's own
    bool detached = false;  // in a session of its own, without a terminal: whoever started it may go
    std::filesystem::path output{};  // where what it says goes; empty: where this process's goes
};

// The new process's number. Throws Error if it cannot be started.
pid_t startOwnProgram(const std::vector<std::string>& arguments, const OwnProgramStart& start);

}  // namespace vit
