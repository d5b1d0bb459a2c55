// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps a bounded number of lines.
#include "ui/pages/train/log_model.h"

namespace vit::ui {

void LogModel::append(LogLevel level, const QString& text, const QDateTime& time) {
    if (m_lines.size() == kMaximumLines) {
        beginRemoveRows({}, 0, 0);
        m_lines.pop_front();
        endRemoveRows();
    }
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_lines.push_back({time, level, text});
    endInsertRows();
}

void LogModel::clear() {
    beginResetModel();
    m_lines.clear();
    endResetModel();
}

QString LogModel::plainText(const QList<int>& rows) const {
    QStringList lines;
    const auto add = [&](const Line& line) { lines << line.time.toString("HH:mm:ss") + "  " + line.text; };
    if (rows.isEmpty())
        for (const Line& line : m_lines) add(line);
    else
        for (const int row : rows) add(m_lines.at(static_cast<std::size_t>(row)));
    return lines.join('\n');
}

int LogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int LogModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant LogModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Line& line = m_lines[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole: return index.column() == Time ? line.time.toString("HH:mm:ss") : line.text;
        case Qt::ToolTipRole: return index.column() == Text ? line.text : line.time.toString(Qt::ISODate);
        case LevelRole: return static_cast<int>(line.level);
        default: return {};
    }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == Time ? tr("Time") : tr("Message");
}

}  // namespace vit::ui
