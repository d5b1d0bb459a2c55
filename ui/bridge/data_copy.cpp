// SPDX-License-Identifier: GPL-3.0-or-later
// A tar of the data set's folder, made and summed up off the GUI thread, then sent in pieces.
#include "ui/bridge/data_copy.h"

#include "core/data/store/archive_writer.h"
#include "core/data/store/data_manifest.h"
#include "core/io/checksum.h"
#include "core/io/disk_space.h"
#include "core/io/plain_file.h"
#include "core/io/system_fault.h"
#include "core/io/temporary_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vit::ui {

namespace {

constexpr qint64 kPieceBytes = 1 << 18;
constexpr qint64 kAheadBytes = 1 << 20;

std::int64_t bytesOf(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files) {
    std::int64_t bytes = 0;
    for (const auto& file : files) bytes += static_cast<std::int64_t>(std::filesystem::file_size(folder / file));
    return bytes;
}

// The archive's checksum.
std::string packed(const std::filesystem::path& folder, const std::filesystem::path& archive,
                   const Progress& progress) {
    const std::vector<std::filesystem::path> files = filesBelow(folder);
    requireFreeSpace(archive.parent_path(), bytesOf(folder, files), "To pack " + folder.filename().string());
    const int file = openPlainFile(archive, O_WRONLY | O_CREAT | O_TRUNC);
    try {
        packFiles(folder, files, file, progress);
    } catch (...) {
        ::close(file);
        throw;
    }
    if (::close(file) != 0) throwSystemFault("Cannot write", archive, errno);
    return checksumOf(archive, ChecksumKind::Sha256, progress).hex;
}

}  // namespace

DataCopy::DataCopy(FarPrograms programs, QString host, std::filesystem::path store, std::string name, QObject* parent)
    : QObject(parent), m_programs(std::move(programs)), m_host(std::move(host)), m_store(std::move(store)),
      m_name(std::move(name)) {
    connect(&m_packing, &Job::progressed, this, &DataCopy::progressed);
    connect(&m_packing, &Job::failed, this, &DataCopy::failed);
    connect(&m_process, &QProcess::bytesWritten, this, &DataCopy::sendMore);
    connect(&m_process, &QProcess::started, this, &DataCopy::sendMore);
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        if (code == 0 && status == QProcess::NormalExit) Q_EMIT arrived();
        else Q_EMIT failed(farProblem(m_process, m_programs, m_host).text);
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) Q_EMIT failed(farProblem(m_process, m_programs, m_host).text);
    });
}

DataCopy::~DataCopy() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000);
}

void DataCopy::begin() {
    const std::filesystem::path folder = m_store / m_name;
    if (!std::filesystem::exists(folder / kManifestFile)) {
        return Q_EMIT failed(tr("The data set %1 is neither on %2 nor on this computer: get it on the Data page first.")
                                 .arg(QString::fromStdString(m_name), m_host));
    }
    try {
        m_folder = std::make_shared<TemporaryFolder>(m_store);
    } catch (const Error& fault) {
        return Q_EMIT failed(QString::fromUtf8(fault.what()));
    }
    m_packing.run(
        [folder, kept = m_folder](const Progress& progress) {
            return packed(folder, kept->path() / "data.tar", progress);
        },
        [this](const std::string& sha256) { send(sha256); });
}

void DataCopy::send(const std::string& sha256) {
    m_archive.setFileName(QString::fromStdString(m_folder->path() / "data.tar"));
    if (!m_archive.open(QIODevice::ReadOnly)) return Q_EMIT failed(m_archive.errorString());
    startThere(m_process, m_programs, m_host,
               {"job", "receive-data", QString::fromStdString(m_name), "--bytes", QString::number(m_archive.size()),
                "--sha256", QString::fromStdString(sha256)});
}

void DataCopy::sendMore() {
    while (m_process.bytesToWrite() < kAheadBytes && !m_archive.atEnd()) {
        const QByteArray piece = m_archive.read(kPieceBytes);
        if (piece.isEmpty()) break;
        m_process.write(piece);
    }
    const qint64 sent = m_archive.pos() - m_process.bytesToWrite();
    Q_EMIT progressed(tr("Copying %1 to %2").arg(QString::fromStdString(m_name), m_host), sent, m_archive.size());
    if (m_archive.atEnd() && m_process.bytesToWrite() == 0) m_process.closeWriteChannel();
}

}  // namespace vit::ui
