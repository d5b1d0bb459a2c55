// SPDX-License-Identifier: GPL-3.0-or-later
// Atomic replacement of a file on a POSIX file system.
#include "core/io/atomic_file.h"

#include "core/io/system_fault.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vit {

namespace {

constexpr int kNewFile = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
constexpr int kMostTries = 1000;  // for a temporary name that is free

// An open file that is closed on every way out.
class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (m_number >= 0) ::close(m_number);
    }

    int number() const { return m_number; }
    bool isOpen() const { return m_number >= 0; }
    int close() {  // some file systems report only here that the disk is full
        const int result = ::close(m_number);
        m_number = -1;
        return result;
    }

private:
    int m_number;
};

// Hidden and beside the target; no two writers share one, even for the same target.
std::string temporaryName(const std::filesystem::path& path) {
    static std::atomic<unsigned> count = 0;
    const std::string suffix = std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
    return path.parent_path() / ("." + path.filename().string() + "." + suffix);
}

// Removes a temporary file unless it was renamed into place.
class Temporary {
public:
    explicit Temporary(std::string path) : m_path(std::move(path)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (!m_kept) ::unlink(m_path.c_str());
    }
    void keep() { m_kept = true; }

private:
    std::string m_path;
    bool m_kept = false;
};

bool writeAll(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

// The rename itself is on the disk only once the folder is.
void flushFolder(const std::filesystem::path& folder) {
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.isOpen()) throwSystemFault("Cannot open the folder", folder, errno);
    // Some network and user-space file systems have no fsync for folders and order renames themselves.
    if (::fsync(directory.number()) != 0 && errno != EINVAL && errno != ENOTSUP) {
        throwSystemFault("Cannot flush the folder", folder, errno);
    }
}

}  // namespace

void writeFileAtomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> parts) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    // A name may be taken by what a process of this number has left behind, or by a link that somebody has laid there:
    // O_EXCL follows none.
    std::string name = temporaryName(path);
    int opened = ::open(name.c_str(), kNewFile, 0666);
    for (int tries = 1; opened < 0 && errno == EEXIST && tries < kMostTries; ++tries) {
        name = temporaryName(path);
        opened = ::open(name.c_str(), kNewFile, 0666);
    }
    Descriptor file(opened);
    if (!file.isOpen()) throwSystemFault("Cannot write", path, errno);
    Temporary temporary(name);

    for (const auto& part : parts) {
        if (!writeAll(file.number(), part)) throwSystemFault("Cannot write", path, errno);
    }
    if (::fsync(file.number()) != 0 || file.close() != 0 || ::rename(name.c_str(), path.c_str()) != 0) {
        throwSystemFault("Cannot write", path, errno);
    }
    temporary.keep();
    flushFolder(folder);
}

void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const std::array parts = {bytes};
    writeFileAtomically(path, std::span<const std::span<const std::byte>>(parts));
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view text) {
    writeFileAtomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

bool isHalfWritten(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    if (!name.starts_with('.') || !name.ends_with(".tmp")) return false;
    const std::size_t dash = name.rfind('-');
    const std::size_t dot = dash == std::string::npos ? dash : name.rfind('.', dash);
    if (dot == std::string::npos) return false;
    pid_t process = 0;
    const auto [end, fault] = std::from_chars(name.data() + dot + 1, name.data() + dash, process);
    if (fault != std::errc() || end != name.data() + dash || process <= 0) return false;
    if (process != ::getpid()) return ::kill(process, 0) != 0 && errno == ESRCH;
    // In a container the number is often that of the process before.
    std::error_code fails;
    const auto written = std::filesystem::last_write_time(file, fails);
    return !fails && std::filesystem::file_time_type::clock::now() - written > std::chrono::minutes(1);
}

std::string readTextFile(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen()) throwSystemFault("Cannot read", path, errno);
    std::string text;
    constexpr std::size_t kBlock = 65'536;
    while (true) {
        const std::size_t before = text.size();
        text.resize(before + kBlock);
        const ssize_t count = ::read(file.number(), text.data() + before, kBlock);
        text.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
        if (count == 0) return text;
        if (count < 0 && errno != EINTR) throwSystemFault("Cannot read", path, errno);
    }
}

}  // namespace vit
