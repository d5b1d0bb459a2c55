// SPDX-License-Identifier: GPL-3.0-or-later
// Rows and cells of the comparison.
#include "ui/pages/runs/compare_model.h"

#include <QFont>

#include <algorithm>

namespace vit::ui {

int CompareModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

void CompareModel::setRuns(const std::vector<const RunSummary*>& runs, bool all) {
    beginResetModel();
    m_all = all;
    m_runs.clear();
    for (const RunSummary* run : runs) m_runs.push_back(*run);
    m_rows.clear();
    for (const bool settings : {true, false})
        for (const RunColumn& column : runColumns()) {
            if (column.isSetting() != settings || column.key == "name") continue;
            if (all || differs(column)) m_rows.push_back(&column);
        }
    endResetModel();
}

bool CompareModel::differs(const RunColumn& column) const {
    return std::any_of(m_runs.begin(), m_runs.end(),
                       [&](const RunSummary& run) { return column.get(run) != column.get(m_runs.front()); });
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunColumn& row = *m_rows[static_cast<std::size_t>(index.row())];
    const RunSummary& run = m_runs[static_cast<std::size_t>(index.column())];
    switch (role) {
        case Qt::DisplayRole: {
            const QString text = QString::fromStdString(cellText(row, run)).section('\n', 0, 0);
            return text.isEmpty() ? QString("–") : text;
        }
        case Qt::ToolTipRole: return QString::fromStdString(cellText(row, run));
        case Qt::FontRole: {
            QFont font;
            font.setBold(m_all && differs(row));
            return font;
        }
        default: return {};
    }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
    const bool across = orientation == Qt::Horizontal;
    if (section < 0 || section >= (across ? columnCount() : rowCount())) return {};
    if (across) {
        const RunSummary& run = m_runs[static_cast<std::size_t>(section)];
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return QString::fromStdString(run.name);
        if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
        return {};
    }
    const RunColumn& row = *m_rows[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole)
        return QString::fromStdString(row.isSetting() ? row.group + " · " + row.label : row.label);
    if (role == Qt::ToolTipRole) return QString::fromStdString(row.help + "\n" + row.key);
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

}  // namespace vit::ui
