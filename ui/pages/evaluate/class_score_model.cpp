// SPDX-License-Identifier: GPL-3.0-or-later
// A row for each class.
#include "ui/pages/evaluate/class_score_model.h"

#include "ui/look/format.h"

#include <utility>

namespace vit::ui {

ClassScoreModel::ClassScoreModel(QObject* parent) : QAbstractTableModel(parent) {}

void ClassScoreModel::setEvaluation(std::shared_ptr<const Evaluation> evaluation) {
    beginResetModel();
    m_evaluation = std::move(evaluation);
    endResetModel();
}

int ClassScoreModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_evaluation ? 0 : static_cast<int>(m_evaluation->scores.size());
}

int ClassScoreModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ClassScoreModel::value(int row, int column) const {
    const auto i = static_cast<std::size_t>(row);
    const ClassScores& scores = m_evaluation->scores[i];
    switch (column) {
        case Name: return QString::fromStdString(m_evaluation->classes.names[i]);
        case Precision: return scores.precision;
        case Recall: return scores.recall;
        case F1: return scores.f1;
        case Support: return static_cast<qlonglong>(scores.support);
        default: return {};
    }
}

QVariant ClassScoreModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const bool name = index.column() == Name;
    switch (role) {
        case SortRole: return value(index.row(), index.column());
        case Qt::DisplayRole:
            if (name) return value(index.row(), Name);
            if (index.column() == Support) return withThousands(value(index.row(), Support).toLongLong());
            return percentText(value(index.row(), index.column()).toDouble());
        case Qt::ToolTipRole: {
            const auto& superclasses = m_evaluation->classes.superclasses;
            const QString text = value(index.row(), Name).toString();
            if (superclasses.empty()) return text;
            return QStringLiteral("%1 (%2)").arg(
                text, QString::fromStdString(superclasses[static_cast<std::size_t>(index.row())]));
        }
        case Qt::TextAlignmentRole: return int(Qt::AlignVCenter | (name ? Qt::AlignLeft : Qt::AlignRight));
        default: return {};
    }
}

QVariant ClassScoreModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || section < 0 || section >= ColumnCount) return {};
    static const QStringList titles = {tr("Class"), tr("Precision"), tr("Recall"), tr("F1"), tr("Images")};
    static const QStringList tips = {
        tr("The class"), tr("Of the images taken for this class, the share that is of it"),
        tr("Of the images of this class, the share that was told"), tr("The harmonic mean of precision and recall"),
        tr("The images of this class")};
    switch (role) {
        case Qt::DisplayRole: return titles[section];
        case Qt::ToolTipRole: return tips[section];
        case Qt::TextAlignmentRole:
            return int(Qt::AlignVCenter | (section == Name ? Qt::AlignLeft : Qt::AlignRight));
        default: return {};
    }
}

}  // namespace vit::ui
