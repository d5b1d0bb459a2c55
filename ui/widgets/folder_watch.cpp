// SPDX-License-Identifier: GPL-3.0-or-later
// Gathers the system's notes for a moment, then compares names.
#include "ui/widgets/folder_watch.h"

#include <QDir>
#include <QFileInfo>

#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kDelayMs = 300;
constexpr int kMostWatched = 50;  // folders in it; the system has only so many watches for all programs

QString pathOf(const std::filesystem::path& folder) {
    std::error_code none;  // of an empty name
    return QDir::cleanPath(QString::fromStdString(std::filesystem::absolute(folder, none).string()));
}

// A folder that was removed and made anew has the old name, and another identity.
QString identityOf(const QString& folder) {
    struct stat status {};
    if (::stat(QFile::encodeName(folder).constData(), &status) != 0 || !S_ISDIR(status.st_mode)) return {};
    return QString("%1:%2").arg(status.st_dev).arg(status.st_ino);
}

QString nearestAbove(const QString& folder) {
    QString above = QFileInfo(folder).path();
    while (!QFileInfo(above).isDir() && above != QFileInfo(above).path()) above = QFileInfo(above).path();
    return above;
}

QSet<QString> foldersIn(const QString& folder) {
    const QStringList names = QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Unsorted);
    return {names.begin(), names.end()};
}

}  // namespace

FolderWatch::FolderWatch(const std::filesystem::path& folder, QString lastFile, QObject* parent)
    : QObject(parent), m_folder(pathOf(folder)), m_lastFile(std::move(lastFile)), m_watcher(this) {
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &FolderWatch::look);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this](const QString& path) {
        m_within |= path.startsWith(m_folder + '/');
        if (!m_delay.isActive()) m_delay.start();
    });
    follow();
    m_known = foldersIn(m_folder);
}

void FolderWatch::leaveOut(const std::filesystem::path& folder) {
    m_leftOut = pathOf(folder);
    if (watchedFolders().contains(m_leftOut)) m_watcher.removePath(m_leftOut);
}

void FolderWatch::look() {
    const bool within = std::exchange(m_within, false);
    const bool another = follow();
    if (watchNewFolders() || another || within) Q_EMIT changed();
}

bool FolderWatch::follow() {
    // What is made between the look and the watch is found by looking again.
    while (m_above != nearestAbove(m_folder) || !m_watcher.directories().contains(m_above)) {
        if (!m_above.isEmpty()) m_watcher.removePath(m_above);
        m_above = nearestAbove(m_folder);
        if (!m_watcher.addPath(m_above)) break;  // refreshing by hand is left
    }
    const QString identity = identityOf(m_folder);
    if (identity == m_identity && (identity.isEmpty() || m_watcher.directories().contains(m_folder))) return false;
    const QStringList old = watchedFolders() << m_folder;
    m_watcher.removePaths(old);
    m_known.clear();
    m_identity = identity;
    if (!identity.isEmpty()) m_watcher.addPath(m_folder);
    return true;
}

bool FolderWatch::watchNewFolders() {
    for (const QString& folder : watchedFolders())
        if (isComplete(folder)) m_watcher.removePath(folder);
    const QSet<QString> names = foldersIn(m_folder);
    if (names == m_known) return false;
    for (const QString& name : names) {
        const QString folder = m_folder + '/' + name;
        if (m_known.contains(name) || folder == m_leftOut || isComplete(folder)) continue;
        if (watchedFolders().size() < kMostWatched) m_watcher.addPath(folder);
    }
    m_known = names;
    return true;
}

QStringList FolderWatch::watchedFolders() const { return m_watcher.directories().filter(m_folder + '/'); }

bool FolderWatch::isComplete(const QString& folder) const { return QFile::exists(folder + '/' + m_lastFile); }

}  // namespace vit::ui
