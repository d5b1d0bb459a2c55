// SPDX-License-Identifier: GPL-3.0-or-later
// Precision, recall, F1 and images of each class.
#pragma once

#include "core/evaluation/evaluation.h"

#include <QAbstractTableModel>

#include <memory>

namespace vit::ui {

class ClassScoreModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Columns { Name, Precision, Recall, F1, Support, ColumnCount };
    enum Roles { SortRole = Qt::UserRole };  // the number that a cell shows, or the name

    explicit ClassScoreModel(QObject* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation);  // null: none

    int rowCount(const QModelIndex& parent = {}) const override;  // class i is in row i
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QVariant value(int row, int column) const;

    std::shared_ptr<const Evaluation> m_evaluation;
};

}  // namespace vit::ui
