// SPDX-License-Identifier: GPL-3.0-or-later
// The info file comes first and claims the name; then one rename moves the thing itself.
#include "core/io/trash.h"

#include "core/base/error.h"
#include "core/io/system_fault.h"
#include "core/io/user_folders.h"

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace vit {

namespace {

namespace fs = std::filesystem;

struct Trash {
    fs::path folder;
    fs::path top;  // what the paths in its info files are relative to; empty: they are absolute
};

dev_t deviceOf(const fs::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throwSystemFault("Cannot look at", path, errno);
    return status.st_dev;
}

// The nearest folder that is there already, to ask which disk it would lie on.
fs::path nearestThere(fs::path path) {
    struct stat status {};
    while (::stat(path.c_str(), &status) != 0 && path != path.parent_path()) path = path.parent_path();
    return path;
}

fs::path topOfDisk(const fs::path& path) {
    const dev_t disk = deviceOf(path);
    fs::path top = path.parent_path();
    while (top != top.parent_path() && deviceOf(top.parent_path()) == disk) top = top.parent_path();
    return top;
}

// "$top/.Trash" counts only if it is a real folder with the sticky bit, as the specification asks.
bool isSharedTrash(const fs::path& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
}

Trash trashFor(const fs::path& path) {
    const fs::path home = userDataFolder().parent_path() / "Trash";
    if (deviceOf(nearestThere(home)) == deviceOf(path)) return {home, {}};
    const fs::path top = topOfDisk(path);
    const std::string user = std::to_string(::getuid());
    if (isSharedTrash(top / ".Trash")) return {top / ".Trash" / user, top};
    return {top / (".Trash-" + user), top};
}

void makeFolders(const fs::path& trash) {
    std::error_code fault;
    for (const char* part : {"files", "info"}) {
        if (!fault) fs::create_directories(trash / part, fault);
    }
    if (!fault) fs::permissions(trash, fs::perms::owner_all, fault);
    if (fault) throwSystemFault("Cannot make the trash", trash, fault.value());
}

std::string percentEncoded(const std::string& path) {
    std::string text;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        std::array<char, 4> code{};
        std::snprintf(code.data(), code.size(), "%%%02X", byte);
        if (std::isalnum(byte) != 0 || std::string_view("/-_.~").find(c) != std::string_view::npos) text += c;
        else text += code.data();
    }
    return text;
}

std::string infoText(const fs::path& path, const Trash& trash) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 32> time{};
    std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const fs::path from = trash.top.empty() ? path : path.lexically_relative(trash.top);
    return "[Trash Info]\nPath=" + percentEncoded(from.string()) + "\nDeletionDate=" + time.data() + "\n";
}

// False if the name is taken.
bool claim(const fs::path& info, const std::string& text) {
    const int file = ::open(info.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) return false;
    if (file < 0) throwSystemFault("Cannot write", info, errno);
    const ssize_t written = ::write(file, text.data(), text.size());
    const int cause = written < 0 ? errno : ENOSPC;
    ::close(file);
    if (written == static_cast<ssize_t>(text.size())) return true;
    ::unlink(info.c_str());
    throwSystemFault("Cannot write", info, cause);
}

}  // namespace

fs::path moveToTrash(const fs::path& path) {
    const fs::path whole = fs::absolute(path / "").parent_path();
    const Trash trash = trashFor(whole);
    makeFolders(trash.folder);
    const std::string text = infoText(whole, trash);
    for (int count = 1;; ++count) {
        const std::string name = whole.filename().string() + (count == 1 ? "" : "." + std::to_string(count));
        const fs::path info = trash.folder / "info" / (name + ".trashinfo");
        const fs::path target = trash.folder / "files" / name;
        if (fs::exists(fs::symlink_status(target)) || !claim(info, text)) continue;
        if (::rename(whole.c_str(), target.c_str()) == 0) return target;
        const int cause = errno;
        ::unlink(info.c_str());
        throwSystemFault("Cannot move to the trash:", whole, cause);
    }
}

}  // namespace vit
