// SPDX-License-Identifier: GPL-3.0-or-later
// Row 0 is "All classes"; class i is in row i + 1.
#include "ui/pages/data/class_count_model.h"

#include "ui/look/format.h"
#include "ui/pages/data/dataset_selection.h"

#include <numeric>
#include <utility>

namespace vit::ui {

ClassCountModel::ClassCountModel(QObject* parent) : QAbstractTableModel(parent) {}

void ClassCountModel::setClasses(std::vector<std::string> names, std::vector<std::int64_t> counts) {
    Q_ASSERT(names.size() == counts.size());
    // The same classes with other counts keep the selection in the view.
    const bool same = names == m_names && !names.empty();
    if (!same) beginResetModel();
    m_names = std::move(names);
    m_counts = std::move(counts);
    m_total = std::accumulate(m_counts.begin(), m_counts.end(), std::int64_t{0});
    if (!same) endResetModel();
    else Q_EMIT dataChanged(index(0, Count), index(rowCount() - 1, Count));
}

int ClassCountModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || m_names.empty() ? 0 : static_cast<int>(m_names.size()) + 1;
}

int ClassCountModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ClassCountModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const bool all = index.row() == 0;
    const auto i = static_cast<std::size_t>(index.row() - 1);
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == Count) return withThousands(all ? m_total : m_counts[i]);
            return all ? tr("All classes") : QString::fromStdString(m_names[i]);
        case Qt::ToolTipRole:
            return all ? tr("All classes") : tr("%1 (class %2)").arg(QString::fromStdString(m_names[i])).arg(i);
        case Qt::TextAlignmentRole:
            return int(Qt::AlignVCenter | (index.column() == Count ? Qt::AlignRight : Qt::AlignLeft));
        case ClassRole: return all ? DatasetSelection::kAllClasses : index.row() - 1;
        default: return {};
    }
}

QVariant ClassCountModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Count ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole) return {};
    return section == Name ? tr("Class") : section == Count ? tr("Images") : QVariant();
}

}  // namespace vit::ui
