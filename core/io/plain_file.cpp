// SPDX-License-Identifier: GPL-3.0-or-later
// open(2) that follows no link in the last place of a path.
#include "core/io/plain_file.h"

#include "core/base/error.h"
#include "core/io/system_fault.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace vit {

namespace {

[[noreturn]] void throwNoPlainFile(const std::filesystem::path& path) {
    throw Error("Cannot write " + path.string() +
                ": it is no plain file but a device, a pipe or a socket. Nothing was written to it. Remove it, or use "
                "another folder.");
}

bool isOther(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_other(std::filesystem::symlink_status(path, ignored));
}

}  // namespace

void refuseLink(const std::filesystem::path& path) {
    std::error_code ignored;  // what cannot be looked at cannot be opened either, and that says why
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored))) return;
    const std::string target = std::filesystem::read_symlink(path, ignored).string();
    throw Error("Cannot write " + path.string() + ": it is a link to " + (target.empty() ? "elsewhere" : target) +
                ", and what it leads to would be changed. Nothing was written there. Remove the link, or put a copy of "
                "what it leads to in its place.");
}

int openPlainFile(const std::filesystem::path& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (file < 0) {
        const int code = errno;
        refuseLink(path);
        if (isOther(path)) throwNoPlainFile(path);
        throwSystemFault("Cannot write", path, code);
    }
    struct stat status {};
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
    ::close(file);
    throwNoPlainFile(path);
}

}  // namespace vit
