// SPDX-License-Identifier: GPL-3.0-or-later
// Several runs side by side: a row for each setting and result, a column for each run.
#pragma once

#include "core/runs/run_columns.h"

#include <QAbstractTableModel>

#include <vector>

namespace vit::ui {

class CompareModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    // Copies them. With `all`, rows in which the runs agree are there too.
    void setRuns(const std::vector<const RunSummary*>& runs, bool all);

private:
    bool differs(const RunColumn& column) const;

    std::vector<RunSummary> m_runs;
    std::vector<const RunColumn*> m_rows;
    bool m_all = false;
};

}  // namespace vit::ui
