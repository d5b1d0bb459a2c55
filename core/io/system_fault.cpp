// SPDX-License-Identifier: GPL-3.0-or-later
// What the system says, and what to do about it.
#include "core/io/system_fault.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace vit {

namespace {

std::string advice(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT: return " Make room on the disk and try again.";
        case EACCES:
        case EPERM:
        case EROFS: return " Choose a place that you are allowed to use, or change its permissions.";
        case ENOENT:
        case ENOTDIR: return " Check that the path is right and its folder exists.";
        case EFBIG: return " The file system, or a limit set for this program, allows no larger file.";
        case EISDIR: return " There is a folder of that name: choose another name, or move it away.";
        default: return {};
    }
}

}  // namespace

std::string systemText(int code) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
    if (const char* text = strerrordesc_np(code)) return text;
#endif
    return std::system_category().message(code);
}

void throwSystemFault(const std::string& what, const std::filesystem::path& path, int code) {
    throw Error(what + " " + path.string() + ": " + systemText(code) + "." + advice(code));
}

}  // namespace vit
