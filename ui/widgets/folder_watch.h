// SPDX-License-Identifier: GPL-3.0-or-later
// Tells when another program adds something to a folder of runs or data sets, or takes something away.
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <filesystem>

namespace vit::ui {

// Looks at the names of the folders in it, and into those alone that came while it was watched and are not complete: a
// thousand old ones cost nothing. The folder may be missing, be removed and be made anew. What other computers do on
// a shared drive is not noticed.
class FolderWatch : public QObject {
    Q_OBJECT

public:
    // A folder in it is complete when it holds `lastFile`.
    FolderWatch(const std::filesystem::path& folder, QString lastFile, QObject* parent = nullptr);

    // What goes on in this one of its folders is known otherwise.
    void leaveOut(const std::filesystem::path& folder);

Q_SIGNALS:
    void changed();  // at most three times a second

private:
    void look();
    bool follow();  // the folder to where its name leads now; true: that is another one than before
    bool watchNewFolders();  // true: some came or went
    QStringList watchedFolders() const;
    bool isComplete(const QString& folder) const;

    QString m_folder;
    QString m_lastFile;
    QFileSystemWatcher m_watcher;
    QTimer m_delay;
    QString m_above;    // the nearest folder above that is there: in it the folder is made and removed
    QString m_identity;  // of the folder that is watched, whatever its name; empty: there is none
    QSet<QString> m_known;  // names of the folders in it
    QString m_leftOut;
    bool m_within = false;  // something happened in one of its folders since the last look
};

}  // namespace vit::ui
