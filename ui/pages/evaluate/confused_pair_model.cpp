// SPDX-License-Identifier: GPL-3.0-or-later
// A row for each pair.
#include "ui/pages/evaluate/confused_pair_model.h"

#include "ui/look/format.h"

#include <utility>

namespace vit::ui {

ConfusedPairModel::ConfusedPairModel(QObject* parent) : QAbstractTableModel(parent) {}

void ConfusedPairModel::setEvaluation(std::shared_ptr<const Evaluation> evaluation) {
    beginResetModel();
    m_evaluation = std::move(evaluation);
    m_pairs = m_evaluation ? m_evaluation->confusion.confusedPairs() : std::vector<ConfusedPair>{};
    endResetModel();
}

int ConfusedPairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_pairs.size());
}

int ConfusedPairModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString ConfusedPairModel::name(std::int32_t index) const {
    return QString::fromStdString(m_evaluation->classes.names[static_cast<std::size_t>(index)]);
}

QVariant ConfusedPairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ConfusedPair& row = pair(index.row());
    const bool text = index.column() <= Predicted;
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignVCenter | (text ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole && role != SortRole) return {};
    const bool sorting = role == SortRole;
    switch (index.column()) {
        case Truth: return name(row.truth);
        case Predicted: return name(row.predicted);
        case Images: return sorting ? QVariant(static_cast<qlonglong>(row.images)) : withThousands(row.images);
        case Share: return sorting ? QVariant(row.share) : percentText(row.share);
        default: return {};
    }
}

QVariant ConfusedPairModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || section < 0 || section >= ColumnCount) return {};
    static const QStringList titles = {tr("True class"), tr("Taken for"), tr("Images"), tr("Of the class")};
    if (role == Qt::DisplayRole) return titles[section];
    if (role == Qt::ToolTipRole && section == Share) return tr("The share of the true class's images");
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section <= Predicted ? Qt::AlignLeft : Qt::AlignRight));
    return {};
}

}  // namespace vit::ui
