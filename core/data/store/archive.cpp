// SPDX-License-Identifier: GPL-3.0-or-later
// Reads archives with libarchive and writes their files itself, so that nothing but plain files can come out.
#include "core/data/store/archive.h"

#include "core/base/number_text.h"
#include "core/io/disk_space.h"
#include "core/io/system_fault.h"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <fcntl.h>
#include <locale.h>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace vit {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;

struct ReaderDeleter {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

// Names are UTF-8 while it lives, in this thread: libarchive loses those that the program's own locale cannot express.
class Utf8Locale {
public:
    Utf8Locale() {
        if (m_locale != nullptr) m_before = uselocale(m_locale);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;
    ~Utf8Locale() {
        if (m_locale == nullptr) return;
        uselocale(m_before);
        freelocale(m_locale);
    }

private:
    locale_t m_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    locale_t m_before = nullptr;
};

// A new file, closed on every way out.
class OutputFile {
public:
    explicit OutputFile(std::filesystem::path path) : m_path(std::move(path)) {
        m_file = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (m_file < 0) fail();
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile() {
        if (m_file >= 0) ::close(m_file);
    }

    void write(const char* bytes, std::size_t count) {
        while (count > 0) {
            const ssize_t written = ::write(m_file, bytes, count);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail();
            bytes += written;
            count -= static_cast<std::size_t>(written);
        }
    }

    void close() {  // some file systems report only here that the disk is full
        const int file = m_file;
        m_file = -1;
        if (::close(file) != 0) fail();
    }

private:
    [[noreturn]] void fail() const { throwSystemFault("Cannot write", m_path, errno); }

    std::filesystem::path m_path;
    int m_file = -1;
};

class Unpacker {
public:
    Unpacker(const std::filesystem::path& path, const std::filesystem::path& into, const Progress& progress,
             const ArchiveLimits& limits)
        : m_path(path),
          m_into(into),
          m_progress(progress),
          m_limits(limits),
          m_packedBytes(static_cast<std::int64_t>(std::filesystem::file_size(path))),
          m_reader(archive_read_new()) {
        archive_read_support_format_tar(m_reader.get());
        archive_read_support_format_zip(m_reader.get());
        archive_read_support_filter_gzip(m_reader.get());
        archive_read_support_filter_bzip2(m_reader.get());
        archive_read_support_filter_xz(m_reader.get());
        archive_read_support_filter_zstd(m_reader.get());
        if (archive_read_open_filename(m_reader.get(), path.c_str(), kBlockBytes) != ARCHIVE_OK) failRead();
    }

    void run() {
        requireFreeSpace(m_into, m_packedBytes, "To unpack the archive " + m_path.string());
        archive_entry* entry = nullptr;
        int result = archive_read_next_header(m_reader.get(), &entry);
        while (result != ARCHIVE_EOF) {
            if (result != ARCHIVE_OK && result != ARCHIVE_WARN) failRead();
            if (++m_entries > m_limits.entries)
                refuse("it has more than " + groupedText(m_limits.entries) + " files");
            unpack(entry);
            result = archive_read_next_header(m_reader.get(), &entry);
        }
        if (m_files == 0) refuse("there are no files in it");
    }

private:
    void unpack(archive_entry* entry) {
        const std::filesystem::path inside = safePath(entry);
        const std::filesystem::path target = m_into / inside;
        const auto type = archive_entry_filetype(entry);
        // A hard link's file type is that of a plain file.
        if (archive_entry_hardlink(entry) != nullptr || (type != AE_IFREG && type != AE_IFDIR))
            refuse(inside.string() + " in it is a link or a device. Pack it again with plain files only");
        makeFolder(type == AE_IFDIR ? target : target.parent_path());
        if (type != AE_IFREG) return;
        checkStatedSize(entry, inside);
        writeFile(target, "Unpacking " + inside.filename().string());
    }

    // The entry's path, which can only lie below the folder.
    std::filesystem::path safePath(archive_entry* entry) const {
        const char* name = archive_entry_pathname(entry);
        if (name == nullptr) refuse("a file in it has a name that cannot be read");
        const std::filesystem::path path(name);
        std::filesystem::path safe;
        for (const std::filesystem::path& part : path) {
            if (path.is_absolute() || part == "..")
                refuse(path.string() + " in it would be written outside the folder it is unpacked to");
            if (part != "." && !part.empty()) safe /= part;
        }
        return safe;
    }

    // Before the first byte of it is written. Some archives tell the sizes of their files only after them.
    void checkStatedSize(archive_entry* entry, const std::filesystem::path& inside) const {
        if (archive_entry_size_is_set(entry) == 0) return;
        const std::int64_t size = archive_entry_size(entry);
        if (size > m_limits.bytes - m_bytes) refuseSize();
        requireFreeSpace(m_into, size, "To unpack " + inside.string() + " from the archive " + m_path.string());
    }

    static void makeFolder(const std::filesystem::path& folder) {
        std::error_code failure;
        std::filesystem::create_directories(folder, failure);
        if (failure) throwSystemFault("Cannot make the folder", folder, failure.value());
    }

    void writeFile(const std::filesystem::path& target, const std::string& what) {
        ++m_files;
        OutputFile file(target);
        std::vector<char> block(kBlockBytes);
        while (true) {
            report(m_progress, what, archive_filter_bytes(m_reader.get(), -1), m_packedBytes);
            const la_ssize_t count = archive_read_data(m_reader.get(), block.data(), block.size());
            if (count == 0) break;
            if (count < 0) failRead();
            m_bytes += count;
            if (m_bytes > m_limits.bytes) refuseSize();
            if (m_bytes > m_limits.ratioFrom && m_bytes / m_limits.ratio > m_packedBytes)
                refuse("what comes out of it is more than " + groupedText(m_limits.ratio) +
                       " times its own size, as if it were made to fill the disk. If you trust it, unpack it yourself "
                       "and add the folder");
            file.write(block.data(), static_cast<std::size_t>(count));
        }
        file.close();
    }

    [[noreturn]] void refuseSize() const {
        refuse("what is in it is larger than " + groupedText(m_limits.bytes) + " bytes");
    }

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error("The archive " + m_path.string() + " is not unpacked: " + why + ".");
    }

    [[noreturn]] void failRead() const {
        const char* cause = archive_error_string(m_reader.get());
        refuse("it is damaged, or is neither tar nor zip (" + std::string(cause != nullptr ? cause : "no cause given") +
               "). Fetch it again");
    }

    const std::filesystem::path& m_path;
    const std::filesystem::path& m_into;
    const Progress& m_progress;
    const ArchiveLimits& m_limits;
    std::int64_t m_packedBytes;
    std::unique_ptr<archive, ReaderDeleter> m_reader;
    std::int64_t m_entries = 0;
    std::int64_t m_files = 0;
    std::int64_t m_bytes = 0;
};

}  // namespace

void unpackArchive(const std::filesystem::path& archive, const std::filesystem::path& into, const Progress& progress,
                   const ArchiveLimits& limits) {
    if (!std::filesystem::is_regular_file(archive)) throw Error("There is no file " + archive.string() + ".");
    const Utf8Locale names;
    Unpacker(archive, into, progress, limits).run();
}

}  // namespace vit
