// SPDX-License-Identifier: GPL-3.0-or-later
// Cells, live values and the swatches of selected runs.
#include "ui/pages/runs/runs_model.h"

#include <QFont>
#include <QStringList>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

namespace vit::ui {

namespace {

constexpr std::size_t kFewRows = 20;

bool isEditable(const std::string& key) { return key == "name" || key == "tags" || key == "notes"; }

QString toolTipOf(const RunSummary& run, const RunColumn& column, const QString& text) {
    if (column.key != "name") return text;
    QStringList lines = {text, folderOf(run)};
    if (!run.about.tags.empty()) lines << QString::fromStdString(tagsText(run.about.tags));
    if (!run.about.notes.empty()) lines << QString::fromStdString(run.about.notes);
    return lines.join('\n');
}

}  // namespace

QString folderOf(const RunSummary& run) { return QString::fromStdString(run.folder.string()); }

RunsModel::RunsModel(QObject* parent) : QAbstractTableModel(parent) {
    for (const RunColumn& column : runColumns()) m_columns.push_back(&column);
    std::stable_partition(m_columns.begin(), m_columns.end(), [](const RunColumn* column) {
        return column->key == "name" || column->key == "state" || column->group == "Results";
    });
    m_columns.insert(m_columns.begin() + CurveColumn, nullptr);
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

const RunColumn* RunsModel::column(int section) const { return m_columns.at(static_cast<std::size_t>(section)); }

int RunsModel::sectionOf(const std::string& key) const {
    const auto found = std::find_if(m_columns.begin(), m_columns.end(),
                                    [&](const RunColumn* column) { return column && column->key == key; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

int RunsModel::rowOf(const QString& folder) const {
    const auto found =
        std::find_if(m_runs.begin(), m_runs.end(), [&](const RunSummary& run) { return folderOf(run) == folder; });
    return found == m_runs.end() ? -1 : static_cast<int>(found - m_runs.begin());
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunSummary& run = m_runs[static_cast<std::size_t>(index.row())];
    if (const RunColumn* shown = column(index.column())) return cell(run, *shown, role);
    if (role == CurveRole) {
        QList<float> values(run.validationAccuracy.begin(), run.validationAccuracy.end());
        return QVariant::fromValue(values);
    }
    if (role == Qt::ToolTipRole) return tr("Validation accuracy after each epoch");
    return {};
}

QVariant RunsModel::cell(const RunSummary& run, const RunColumn& shown, int role) const {
    switch (role) {
        case Qt::DisplayRole: return QString::fromStdString(cellText(shown, run)).section('\n', 0, 0);
        case Qt::EditRole: return QString::fromStdString(cellText(shown, run));
        case Qt::ToolTipRole: return toolTipOf(run, shown, QString::fromStdString(cellText(shown, run)));
        case Qt::TextAlignmentRole: return int(Qt::AlignVCenter | (shown.isNumeric() ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::FontRole: {
            QFont font;
            font.setBold(run.live);
            return run.live ? QVariant(font) : QVariant();
        }
        case ColorRole: {
            const auto color = m_colors.find(folderOf(run));
            return color == m_colors.end() ? QVariant() : QVariant(color->second);
        }
        default: return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (section < 0 || section >= columnCount()) return {};
    const RunColumn* shown = column(section);
    switch (role) {
        case Qt::DisplayRole: return shown ? QString::fromStdString(shown->label) : tr("Curve");
        case Qt::ToolTipRole:
            return shown ? QString::fromStdString(shown->help + "\n" + shown->key)
                         : tr("Validation accuracy after each epoch");
        case Qt::TextAlignmentRole:
            return int(Qt::AlignVCenter | (shown && shown->isNumeric() ? Qt::AlignRight : Qt::AlignLeft));
        default: return {};
    }
}

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (!index.isValid()) return flags;
    const RunColumn* shown = column(index.column());
    if (shown && isEditable(shown->key)) flags |= Qt::ItemIsEditable;
    return flags;
}

bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    if (value.toString() == index.data(Qt::EditRole).toString()) return false;
    Q_EMIT changeRequested(folderOf(run(index.row())), QString::fromStdString(column(index.column())->key),
                           value.toString());
    return false;
}

void RunsModel::setRuns(std::vector<RunSummary> runs) {
    for (RunSummary& run : runs) run.live = folderOf(run) == m_live;
    const bool same = moveRowsTo(runs);
    if (!same) beginResetModel();
    m_runs = std::move(runs);
    if (!same) endResetModel();
    else if (!m_runs.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

// A few runs that came or went leave selection and scrolling as they are, which a reset would not.
bool RunsModel::moveRowsTo(const std::vector<RunSummary>& runs) {
    std::set<std::filesystem::path> now, before;
    for (const RunSummary& run : runs) now.insert(run.folder);
    for (const RunSummary& run : m_runs) before.insert(run.folder);
    std::vector<std::filesystem::path> moved;
    std::set_symmetric_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(moved));
    if (moved.size() > kFewRows) return false;
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (now.contains(run(row).folder)) continue;
        beginRemoveRows({}, row, row);
        m_runs.erase(m_runs.begin() + row);
        endRemoveRows();
    }
    for (int row = 0; row < static_cast<int>(runs.size()); ++row) {
        const RunSummary& next = runs[static_cast<std::size_t>(row)];
        if (before.contains(next.folder)) continue;
        beginInsertRows({}, row, row);
        m_runs.insert(m_runs.begin() + row, next);
        endInsertRows();
    }
    return std::equal(runs.begin(), runs.end(), m_runs.begin(), m_runs.end(),
                      [](const RunSummary& a, const RunSummary& b) { return a.folder == b.folder; });
}

void RunsModel::changed(int row) { Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1)); }

void RunsModel::setLive(const QString& folder) {
    m_live = folder;
    for (int row = 0; row < rowCount(); ++row) {
        RunSummary& run = m_runs[static_cast<std::size_t>(row)];
        const bool live = folderOf(run) == folder;
        if (run.live == live) continue;
        run.live = live;
        changed(row);
    }
}

void RunsModel::addLiveEpoch(const EpochDone& epoch) {
    const int row = m_live.isEmpty() ? -1 : rowOf(m_live);
    if (row < 0) return;
    RunSummary& run = m_runs[static_cast<std::size_t>(row)];
    if (epoch.epoch <= run.epochsDone) return;  // it was read from the folder already
    addEpoch(run, epoch);
    changed(row);
}

void RunsModel::setRunColors(std::map<QString, QColor> colors) {
    if (colors == m_colors) return;
    m_colors = std::move(colors);
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, NameColumn), index(rowCount() - 1, NameColumn), {ColorRole});
}

}  // namespace vit::ui
