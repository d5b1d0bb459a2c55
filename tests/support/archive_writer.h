// SPDX-License-Identifier: GPL-3.0-or-later
// Archives for tests, among them such as no honest program makes.
#pragma once

#include <QByteArray>
#include <QString>

#include <archive.h>
#include <archive_entry.h>
#include <cstdint>
#include <stdexcept>

namespace vit::test {

class ArchiveWriter {
public:
    // The ending of the name says what it becomes: .tar, .tar.gz, .tar.xz, .zip.
    explicit ArchiveWriter(const QString& path) {
        if (archive_write_set_format_filter_by_ext(m_archive, path.toUtf8()) != ARCHIVE_OK)
            throw std::runtime_error("The test knows no such archive: " + path.toStdString());
        if (path.contains(".tar")) archive_write_set_format_pax_restricted(m_archive);
        // Names are written as they are in any locale.
        archive_write_set_options(m_archive, "hdrcharset=UTF-8");
        archive_write_open_filename(m_archive, path.toUtf8());
    }
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;
    ~ArchiveWriter() { archive_write_free(m_archive); }

    void addFile(const QString& name, const QByteArray& content) {
        archive_entry* entry = begin(name, AE_IFREG);
        archive_entry_set_size(entry, content.size());
        archive_write_header(m_archive, entry);
        archive_write_data(m_archive, content.data(), static_cast<std::size_t>(content.size()));
        archive_entry_free(entry);
    }
    void addZeros(const QString& name, std::int64_t bytes) {
        archive_entry* entry = begin(name, AE_IFREG);
        archive_entry_set_size(entry, bytes);
        archive_write_header(m_archive, entry);
        const QByteArray block(1 << 20, '\0');
        for (std::int64_t done = 0; done < bytes; done += block.size())
            archive_write_data(m_archive, block.data(), static_cast<std::size_t>(block.size()));
        archive_entry_free(entry);
    }
    void addFolder(const QString& name) { add(begin(name, AE_IFDIR)); }
    void addSymlink(const QString& name, const QString& target) {
        archive_entry* entry = begin(name, AE_IFLNK);
        archive_entry_set_symlink_utf8(entry, target.toUtf8());
        add(entry);
    }
    void addHardlink(const QString& name, const QString& target) {
        archive_entry* entry = begin(name, AE_IFREG);
        archive_entry_set_hardlink_utf8(entry, target.toUtf8());
        add(entry);
    }
    void addDevice(const QString& name) { add(begin(name, AE_IFCHR)); }

private:
    static archive_entry* begin(const QString& name, unsigned type) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname_utf8(entry, name.toUtf8());
        archive_entry_set_filetype(entry, type);
        archive_entry_set_perm(entry, 0644);
        return entry;
    }
    void add(archive_entry* entry) {
        archive_write_header(m_archive, entry);
        archive_entry_free(entry);
    }

    archive* m_archive = archive_write_new();
};

// A tar that says of one file that it has so many bytes, and ends there.
inline QByteArray tarThatClaims(const QByteArray& name, std::int64_t bytes) {
    QByteArray header(512, '\0');
    const auto put = [&](qsizetype at, const QByteArray& text) { header.replace(at, text.size(), text); };
    put(0, name);
    put(100, "0000644");
    header[124] = '\x80';  // a size too large for octal digits
    for (int i = 0; i < 8; ++i) header[135 - i] = static_cast<char>(bytes >> 8 * i & 0xFF);
    put(148, "        0");  // the sum is made with blanks in its place; then the kind of a plain file
    put(257, "ustar  ");
    int sum = 0;
    for (const char byte : header) sum += static_cast<unsigned char>(byte);
    put(148, QByteArray::number(sum, 8).rightJustified(6, '0') + '\0');
    return header;
}

}  // namespace vit::test
