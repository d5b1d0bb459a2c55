// SPDX-License-Identifier: GPL-3.0-or-later
// posix_spawn(3).
#include "core/jobs/own_program.h"

#include "core/io/system_fault.h"

#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <unistd.h>

namespace vit {

namespace {

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// This process's own, without those that are set anew.
std::vector<std::string> environmentWith(const std::vector<std::string>& more) {
    std::vector<std::string> all = more;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::string_view name = text.substr(0, text.find('=') + 1);
        bool anew = false;
        for (const std::string& other : more) anew = anew || other.starts_with(name);
        if (!anew) all.emplace_back(text);
    }
    return all;
}

}  // namespace

pid_t startOwnProgram(const std::vector<std::string>& arguments, const OwnProgramStart& start) {
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = environmentWith(start.environment);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!start.output.empty()) {
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, start.output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                         0600);
        posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    if (start.detached) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t process = 0;
    const int code = ::posix_spawn(&process, program.c_str(), &files, &attributes, pointersTo(words).data(),
                                   pointersTo(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (code != 0) throwSystemFault("Cannot start", program, code);
    return process;
}

}  // namespace vit
