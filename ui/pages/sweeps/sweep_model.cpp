// SPDX-License-Identifier: GPL-3.0-or-later
// Rows are kept when only their contents change, so that a selection survives.
#include "ui/pages/sweeps/sweep_model.h"
#include "ui/look/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vit::ui {

namespace {

QString label(const std::string& key) {
    const Field* field = findField(key);
    return field ? qstr(field->label) : qstr(key);
}

std::vector<std::size_t> rowsOf(const SweepState& state, SweepModel::Order order) {
    std::vector<std::size_t> rows(state.trials.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    if (order == SweepModel::Order::Queue) return rows;
    rows.clear();
    for (const SweepTrial* trial : bestFirst(state))
        rows.push_back(static_cast<std::size_t>(trial - state.trials.data()));
    return rows;
}

std::vector<int> numbersOf(const SweepState& state, const std::vector<std::size_t>& rows) {
    std::vector<int> numbers;
    for (const std::size_t row : rows) numbers.push_back(state.trials[row].number);
    return numbers;
}

}  // namespace

SweepModel::SweepModel(QObject* parent) : QAbstractTableModel(parent) {}

void SweepModel::setState(SweepState state) {
    std::vector<std::size_t> rows = rowsOf(state, m_order);
    const bool same = state.plan.axes == m_state.plan.axes && numbersOf(state, rows) == numbersOf(m_state, m_rows);
    if (!same) beginResetModel();
    m_state = std::move(state);
    m_rows = std::move(rows);
    if (!same) endResetModel();
    else if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void SweepModel::setOrder(Order order) {
    if (order == m_order) return;
    beginResetModel();
    m_order = order;
    m_rows = rowsOf(m_state, m_order);
    endResetModel();
}

void SweepModel::setProgress(double share) {
    m_progress = share;
    for (int row = 0; row < rowCount(); ++row) {
        if (trialAt(row)->status != TrialStatus::Running) continue;
        const QModelIndex cell = index(row, 1 + axes() + Status);
        Q_EMIT dataChanged(cell, cell);
    }
}

const SweepTrial* SweepModel::trialAt(int row) const {
    if (row < 0 || row >= rowCount()) return nullptr;
    return &m_state.trials[m_rows[static_cast<std::size_t>(row)]];
}

int SweepModel::rowOf(int number) const {
    for (int row = 0; row < rowCount(); ++row)
        if (trialAt(row)->number == number) return row;
    return -1;
}

int SweepModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SweepModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : 1 + axes() + TailCount; }

QVariant SweepModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const SweepTrial& trial = *trialAt(index.row());
    switch (role) {
        case Qt::DisplayRole: return text(trial, index.column());
        case Qt::ToolTipRole:
            return qstr(trial.problem.empty() ? settingsText(trial) : trial.problem);
        case Qt::TextAlignmentRole:
            return int(Qt::AlignVCenter | (index.column() == 1 + axes() + Status ? Qt::AlignLeft : Qt::AlignRight));
        case NumberRole: return trial.number;
        case PositionRole: return static_cast<int>(m_rows[static_cast<std::size_t>(index.row())]) + 1;
        default: return {};
    }
}

QVariant SweepModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == 1 + axes() + Status ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole) return {};
    if (section == 0) return tr("Trial");
    if (section <= axes()) return label(m_state.plan.axes[static_cast<std::size_t>(section - 1)].key);
    switch (section - 1 - axes()) {
        case Rung: return tr("Rung");
        case Epochs: return tr("Epochs");
        case Value: return tr("Best %1").arg(metricOf(m_state.plan.objective).name);
        case Status: return tr("Status");
        default: return {};
    }
}

QString SweepModel::text(const SweepTrial& trial, int column) const {
    if (column == 0) return QString::number(trial.number);
    if (column > axes()) return tailText(trial, column - 1 - axes());
    const SweepSetting& setting = trial.settings[static_cast<std::size_t>(column - 1)];
    const QString value = qstr(toText(*findField(setting.key), setting.value));
    return value.isEmpty() ? tr("none") : value;
}

QString SweepModel::tailText(const SweepTrial& trial, int tail) const {
    switch (tail) {
        case Rung: return QString("%1/%2").arg(trial.rung + 1).arg(sweepRungs(m_state.plan).size());
        case Epochs: return QString("%1/%2").arg(trial.epochs).arg(trialConfig(m_state, trial).run.epochs);
        case Value: return qstr(metricOf(m_state.plan.objective).text(trialValue(trial)));
        case Status: return statusOf(trial);
        default: return {};
    }
}

QString SweepModel::statusOf(const SweepTrial& trial) const {
    switch (trial.status) {
        case TrialStatus::Waiting: return trial.epochs > 0 ? tr("waiting to go on") : tr("waiting");
        case TrialStatus::Running: return tr("training %1 %").arg(static_cast<int>(100 * m_progress));
        case TrialStatus::Failed: return tr("failed");
        case TrialStatus::Done: break;
    }
    const bool last = trial.rung + 1 == static_cast<int>(sweepRungs(m_state.plan).size());
    return last ? tr("finished") : tr("done with its rung");
}

}  // namespace vit::ui
