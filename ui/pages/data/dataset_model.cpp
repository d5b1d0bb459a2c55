// SPDX-License-Identifier: GPL-3.0-or-later
// Makes thumbnails on demand and keeps those that were made last.
#include "ui/pages/data/dataset_model.h"

#include "core/base/error.h"
#include "core/input/augmented_samples.h"
#include "ui/pages/data/background_thumbnails.h"
#include "ui/widgets/qimage_convert.h"

#include <utility>

namespace vit::ui {

namespace {

constexpr int kOriginalsBytes = 32 * 1024 * 1024;

QImage thumbnail(const DatasetSelection& images, std::int64_t position) {
    const QImage image = shareAsQImage(images.image(position));
    constexpr int kSide = DatasetModel::kLargestSide;
    if (image.width() <= kSide && image.height() <= kSide) return image;
    return image.scaled(kSide, kSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

}  // namespace

DatasetModel::DatasetModel(QObject* parent)
    : QAbstractListModel(parent),
      m_selection(std::make_shared<DatasetSelection>()),
      m_augmented(new BackgroundThumbnails(this)),
      m_decoded(new BackgroundThumbnails(this)),
      m_originals(kOriginalsBytes) {
    for (BackgroundThumbnails* made : {m_augmented, m_decoded}) {
        connect(made, &BackgroundThumbnails::failed, this, &DatasetModel::failed);
        connect(made, &BackgroundThumbnails::rendered, this, [this, made](qint64 position) {
            const QModelIndex index = this->index(static_cast<int>(position));
            if (m_augment == (made == m_augmented)) Q_EMIT dataChanged(index, index, {Qt::DecorationRole});
        });
    }
}

void DatasetModel::setSelection(DatasetSelection selection) {
    beginResetModel();
    m_selection = std::make_shared<const DatasetSelection>(std::move(selection));
    m_originals.clear();
    m_decoded->reset(m_selection, thumbnail);
    augment();
    endResetModel();
}

void DatasetModel::showAugmented(const Config& config, std::uint64_t seed) {
    m_augment = true;
    m_config = config;
    m_seed = seed;
    augment();
    redraw();
}

void DatasetModel::augment() {
    const auto make = [config = m_config, seed = m_seed](const DatasetSelection& images, std::int64_t position) {
        // Another seed for each image: otherwise all would be turned the same way.
        const std::uint64_t own = seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(position);
        return toQImage(augmentedSamples(*images.image(position), config, 1, own).front());
    };
    m_augmented->reset(m_selection, make);
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

std::shared_ptr<const Image> DatasetModel::open(int row) {
    try {
        return m_selection->image(row);
    } catch (const Error& fault) {
        Q_EMIT failed(QString::fromUtf8(fault.what()));
        return nullptr;
    }
}

QImage DatasetModel::original(int row) const {
    if (const QImage* cached = m_originals.object(row)) return *cached;
    if (!m_selection->isAtHand(row)) return m_decoded->find(row);
    const QImage image = thumbnail(*m_selection, row);
    m_originals.insert(row, new QImage(image), image.sizeInBytes());
    return image;
}

}  // namespace vit::ui
