// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes on demand and keeps what was decoded last.
#include "ui/pages/data/dataset_model.h"

#include "ui/pages/data/augmented_thumbnails.h"
#include "ui/widgets/qimage_convert.h"

#include <utility>

namespace vit::ui {

namespace {

constexpr int kCacheBytes = 32 * 1024 * 1024;

}  // namespace

DatasetModel::DatasetModel(QObject* parent)
    : QAbstractListModel(parent),
      m_selection(std::make_shared<DatasetSelection>()),
      m_augmented(new AugmentedThumbnails(this)),
      m_originals(kCacheBytes) {
    connect(m_augmented, &AugmentedThumbnails::failed, this, &DatasetModel::failed);
    connect(m_augmented, &AugmentedThumbnails::rendered, this, [this](qint64 position) {
        const QModelIndex index = this->index(static_cast<int>(position));
        if (m_augment) Q_EMIT dataChanged(index, index, {Qt::DecorationRole});
    });
}

void DatasetModel::setSelection(DatasetSelection selection) {
    beginResetModel();
    m_selection = std::make_shared<const DatasetSelection>(std::move(selection));
    m_originals.clear();
    m_augmented->reset(m_selection, m_config, m_seed);
    endResetModel();
}

void DatasetModel::showAugmented(const Config& config, std::uint64_t seed) {
    m_augment = true;
    m_config = config;
    m_seed = seed;
    m_augmented->reset(m_selection, config, seed);
    redraw();
}

void DatasetModel::showOriginals() {
    if (!m_augment) return;
    m_augment = false;
    redraw();
}

void DatasetModel::redraw() {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::DecorationRole});
}

int DatasetModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_selection->count());
}

QVariant DatasetModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int row = index.row();
    switch (role) {
        case Qt::DisplayRole: return m_selection->className(row);
        case Qt::DecorationRole: return m_augment ? m_augmented->find(row) : original(row);
        case Qt::ToolTipRole:
            return tr("%1\n%2\nDouble click or Enter opens it in Inspect")
                .arg(m_selection->className(row), m_selection->title(row));
        case LabelRole: return m_selection->label(row);
        case IndexRole: return static_cast<qint64>(m_selection->indexInSplit(row));
        default: return {};
    }
}

QImage DatasetModel::original(int row) const {
    if (const QImage* cached = m_originals.object(row)) return *cached;
    QImage image = shareAsQImage(m_selection->image(row));
    if (image.width() > kLargestSide || image.height() > kLargestSide)
        image = image.scaled(kLargestSide, kLargestSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    m_originals.insert(row, new QImage(image), image.sizeInBytes());
    return image;
}

}  // namespace vit::ui
