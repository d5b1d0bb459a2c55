// SPDX-License-Identifier: GPL-3.0-or-later
// The images of a split or a class as a list of thumbnails, each made when it comes into view.
#pragma once

#include "core/config/config.h"
#include "ui/pages/data/dataset_selection.h"

#include <QAbstractListModel>
#include <QCache>
#include <QImage>

#include <cstdint>
#include <memory>

namespace vit::ui {

class BackgroundThumbnails;

class DatasetModel : public QAbstractListModel {
    Q_OBJECT

public:
    // DisplayRole is the class name; DecorationRole the thumbnail as QImage, null while it is made elsewhere: an
    // augmented one, or of a photo that has to be decoded.
    enum Roles { LabelRole = Qt::UserRole, IndexRole };
    static constexpr int kLargestSide = 128;  // larger images are scaled down to it

    explicit DatasetModel(QObject* parent = nullptr);

    void setSelection(DatasetSelection selection);
    const DatasetSelection& selection() const { return *m_selection; }

    // Thumbnails as a training step would see them; another seed gives other ones.
    void showAugmented(const Config& config, std::uint64_t seed);
    void showOriginals();
    bool augmented() const { return m_augment; }

    // The image itself; null, after failed(), if it cannot be read.
    std::shared_ptr<const Image> open(int row);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void failed(const QString& problem);

private:
    QImage original(int row) const;
    void augment();
    void redraw();

    std::shared_ptr<const DatasetSelection> m_selection;
    BackgroundThumbnails* m_augmented;
    BackgroundThumbnails* m_decoded;
    bool m_augment = false;
    Config m_config;
    std::uint64_t m_seed = 0;
    mutable QCache<int, QImage> m_originals;
};

}  // namespace vit::ui
