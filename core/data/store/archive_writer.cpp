// SPDX-License-Identifier: GPL-3.0-or-later
// libarchive writes the headers; the bytes come from descriptors that were looked at after they were opened.
#include "core/data/store/archive_writer.h"

#include "core/io/system_fault.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

struct WriterDeleter {
    void operator()(archive* writer) const { archive_write_free(writer); }
};
struct EntryDeleter {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

class OpenedFile {
public:
    explicit OpenedFile(const fs::path& path)
        : m_file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
        if (m_file >= 0 && (::fstat(m_file, &m_status) != 0 || !S_ISREG(m_status.st_mode))) {
            ::close(m_file);
            m_file = -1;
        }
    }
    OpenedFile(const OpenedFile&) = delete;
    OpenedFile& operator=(const OpenedFile&) = delete;
    ~OpenedFile() {
        if (m_file >= 0) ::close(m_file);
    }

    bool isOpen() const { return m_file >= 0; }
    std::int64_t size() const { return m_status.st_size; }
    std::time_t changed() const { return m_status.st_mtime; }
    ssize_t read(char* block, std::size_t count) const { return ::read(m_file, block, count); }

private:
    int m_file;
    struct stat m_status {};
};

class Packer {
public:
    Packer(const fs::path& folder, int descriptor, const Progress& progress)
        : m_folder(folder), m_progress(progress), m_writer(archive_write_new()) {
        archive_write_set_format_pax_restricted(m_writer.get());
        archive_write_add_filter_none(m_writer.get());
        archive_write_set_options(m_writer.get(), "hdrcharset=BINARY");
        archive_write_set_bytes_in_last_block(m_writer.get(), 1);
        require(archive_write_open_fd(m_writer.get(), descriptor));
    }

    void expect(std::int64_t bytes) { m_total = bytes; }

    void add(const fs::path& name) {
        const OpenedFile file(m_folder / name);
        if (!file.isOpen()) return;
        const std::unique_ptr<archive_entry, EntryDeleter> entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), file.size());
        archive_entry_set_mtime(entry.get(), file.changed(), 0);
        require(archive_write_header(m_writer.get(), entry.get()));
        std::string block(kPieceBytes, '\0');
        for (std::int64_t left = file.size(); left > 0;) {
            report(m_progress, "Packing " + name.filename().string(), m_done, m_total);
            const ssize_t count = file.read(block.data(), std::min<std::size_t>(block.size(), std::size_t(left)));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throwSystemFault("Cannot read", m_folder / name, errno);
            if (count == 0) throw Error((m_folder / name).string() + " became shorter while it was packed. Try again.");
            if (archive_write_data(m_writer.get(), block.data(), std::size_t(count)) < 0) fail();
            left -= count;
            m_done += count;
        }
    }

    void finish() { require(archive_write_close(m_writer.get())); }

private:
    void require(int result) const {
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
    }
    [[noreturn]] void fail() const {
        const char* cause = archive_error_string(m_writer.get());
        throw Error("What " + m_folder.string() + " holds cannot be sent: " +
                    std::string(cause != nullptr ? cause : "nobody takes it any more") + ".");
    }

    const fs::path& m_folder;
    const Progress& m_progress;
    std::unique_ptr<archive, WriterDeleter> m_writer;
    std::int64_t m_done = 0;
    std::int64_t m_total = 0;
};

}  // namespace

void packFiles(const fs::path& folder, const std::vector<fs::path>& files, int descriptor, const Progress& progress) {
    Packer packer(folder, descriptor, progress);
    std::int64_t bytes = 0;
    for (const fs::path& file : files) {
        std::error_code ignored;  // only for the progress
        const auto size = fs::file_size(folder / file, ignored);
        if (!ignored) bytes += static_cast<std::int64_t>(size);
    }
    packer.expect(bytes);
    for (const fs::path& file : files) packer.add(file);
    packer.finish();
}

std::vector<fs::path> filesBelow(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failure;
    for (fs::recursive_directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
        std::error_code ignored;
        if (it->symlink_status(ignored).type() == fs::file_type::regular)
            files.push_back(it->path().lexically_relative(folder));
    }
    if (failure) throwSystemFault("Cannot read", folder, failure.value());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace vit
