// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the pinned pictures; reads and writes beside the GUI thread.
#include "ui/pages/inspect/pins/pin_keeper.h"

#include "core/base/error.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace vit::ui {

PinKeeper::PinKeeper(PinnedPictures& pictures, QObject* parent) : QObject(parent), m_pictures(pictures) {
    connect(&m_pictures, &PinnedPictures::picturesChanged, this, &PinKeeper::onChange);
    connect(&m_writing, &Job::failed, this, &PinKeeper::failed);
}

void PinKeeper::pinAgain(const QStringList& paths, const QString& folder) {
    m_folder = folder;
    for (const QString& path : paths) m_pictures.expect(path);
    using Opened = std::variant<Photo, QString>;
    m_reading.run(
        [paths](const Progress& progress) {
            std::vector<Opened> opened;
            for (const QString& path : paths) {
                report(progress, {}, 0, 0);
                try {
                    opened.emplace_back(loadPhoto(path));
                } catch (const Error& problem) {
                    opened.emplace_back(QString::fromUtf8(problem.what()));
                }
            }
            return opened;
        },
        [this, paths](const std::vector<Opened>& opened) {
            for (std::size_t i = 0; i < opened.size(); ++i) {
                if (const auto* photo = std::get_if<Photo>(&opened[i])) m_pictures.opened(*photo);
                else m_pictures.failed(paths[static_cast<qsizetype>(i)], std::get<QString>(opened[i]));
            }
        });
}

void PinKeeper::onChange() {
    if (m_folder.isEmpty()) return;
    forget();
    if (!m_writing.running()) keep();
}

void PinKeeper::keep() {
    std::vector<Photo> photos;
    for (int row = 0; row < m_pictures.count(); ++row)
        if (const Photo& photo = m_pictures.photo(row); photo && photo.path.isEmpty()) photos.push_back(photo);
    if (photos.empty()) return;
    using Kept = std::pair<std::shared_ptr<const Image>, QString>;
    m_writing.run(
        [photos, folder = m_folder](const Progress&) {
            std::vector<Kept> files;
            for (const Photo& photo : photos) files.emplace_back(photo.image, keepPhoto(photo, folder));
            return files;
        },
        [this](const std::vector<Kept>& files) {
            for (const auto& [image, path] : files) {
                m_pictures.setPath(image, path);
                m_files.insert(path);
            }
            forget();  // some may have been unpinned meanwhile
            Q_EMIT kept();
            keep();    // and others pinned
        });
}

void PinKeeper::forget() {
    QSet<QString> pinned;
    for (const QString& path : m_pictures.paths())
        if (QFileInfo(path).dir() == QDir(m_folder)) pinned.insert(path);
    for (const QString& path : m_files)
        if (!pinned.contains(path)) QFile::remove(path);
    m_files = pinned;
}

}  // namespace vit::ui
