// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures that are pinned, and what is said of each at the moment that is looked at.
#pragma once

#include "core/data/images/image.h"
#include "core/events/prediction.h"
#include "ui/pages/inspect/photo.h"

#include <QAbstractListModel>
#include <QPixmap>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace vit::ui {

// A row a picture, in the order in which they were pinned. Decoration: a QImage, small.
class PinnedPictures : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { TopClassRole = Qt::UserRole, ProbabilityRole, ProblemRole };

    explicit PinnedPictures(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    int count() const { return static_cast<int>(m_rows.size()); }
    bool full() const;
    // -1: it is not pinned. The same file or the same pixels are the same picture.
    int rowOf(const Photo& photo) const;
    const Photo& photo(int row) const { return m_rows[static_cast<std::size_t>(row)].photo; }
    // Not of those that are still being opened, or that are gone.
    std::vector<std::shared_ptr<const Image>> images() const;
    // Of those that are files, gone ones too: they may come back.
    QStringList paths() const;
    void setPath(const std::shared_ptr<const Image>& image, const QString& path);  // it has become a file

    void pin(const Photo& photo);  // nothing happens if it is pinned, or they are full
    void unpin(int row);
    void clear();

    // A file that was pinned before: opened() or failed() is to follow.
    void expect(const QString& path);
    void opened(const Photo& photo);
    void failed(const QString& path, const QString& problem);

    // None: nothing is known of it at this moment.
    void setAnswer(const std::shared_ptr<const Image>& image, const std::optional<Prediction>& answer);

Q_SIGNALS:
    void picturesChanged();  // pinned, unpinned or opened

private:
    struct Row {
        Photo photo;  // without an image while it is being opened, or when it is gone
        QImage small{};
        QString problem{};  // why it cannot be shown
        std::optional<Prediction> answer{};
    };

    int rowWith(const QString& path) const;
    void append(Row row);
    void changed(int row);
    QString toolTip(const Row& row) const;

    std::vector<Row> m_rows;
};

}  // namespace vit::ui
