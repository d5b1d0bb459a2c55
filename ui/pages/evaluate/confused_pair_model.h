// SPDX-License-Identifier: GPL-3.0-or-later
// The pairs of classes that are confused, most images first.
#pragma once

#include "core/evaluation/evaluation.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace vit::ui {

class ConfusedPairModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Columns { Truth, Predicted, Images, Share, ColumnCount };
    enum Roles { SortRole = Qt::UserRole };  // the number that a cell shows, or the name

    explicit ConfusedPairModel(QObject* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation);  // null: none
    const ConfusedPair& pair(int row) const { return m_pairs[static_cast<std::size_t>(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString name(std::int32_t index) const;

    std::shared_ptr<const Evaluation> m_evaluation;
    std::vector<ConfusedPair> m_pairs;
};

}  // namespace vit::ui
