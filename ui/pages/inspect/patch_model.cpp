// SPDX-License-Identifier: GPL-3.0-or-later
// Reads straight from the patch's pixels.
#include "ui/pages/inspect/patch_model.h"

#include <QColor>

#include <algorithm>

namespace vit::ui {

PatchModel::PatchModel(QObject* parent) : QAbstractTableModel(parent) {}

void PatchModel::setPatch(const Image& patch) {
    beginResetModel();
    m_patch = patch;
    endResetModel();
}

int PatchModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || m_patch.empty() ? 0 : m_patch.width * m_patch.height;
}

int PatchModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Red + m_patch.channels;
}

QVariant PatchModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int row = index.row() / m_patch.width;
    const int column = index.row() % m_patch.width;
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == Row) return row;
            if (index.column() == Column) return column;
            return m_patch.at(column, row, index.column() - Red);
        case Qt::TextAlignmentRole: return int(Qt::AlignCenter);
        case Qt::DecorationRole:
            if (index.column() != Row) return {};
            [[fallthrough]];
        case ColourRole: {
            const auto value = [&](int c) { return m_patch.at(column, row, std::min(c, m_patch.channels - 1)); };
            return QColor(value(0), value(1), value(2));
        }
        default: return {};
    }
}

QVariant PatchModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section) : QVariant();
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Row: return tr("Row");
        case Column: return tr("Column");
        case Red: return m_patch.channels == 1 ? tr("Grey") : tr("R");
        case Green: return tr("G");
        case Blue: return tr("B");
        default: return {};
    }
}

}  // namespace vit::ui
