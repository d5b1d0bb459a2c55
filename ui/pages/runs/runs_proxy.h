// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts and filters the table of runs by values, not by their texts.
#pragma once

#include "core/runs/run_filter.h"

#include <QSortFilterProxyModel>

namespace vit::ui {

class RunsModel;

class RunsProxy : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit RunsProxy(RunsModel* model, QObject* parent = nullptr);

    void setFilter(RunFilter filter);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    RunsModel* m_model;
    RunFilter m_filter;
};

}  // namespace vit::ui
