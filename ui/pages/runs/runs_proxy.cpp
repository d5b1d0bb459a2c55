// SPDX-License-Identifier: GPL-3.0-or-later
// Order and choice of rows.
#include "ui/pages/runs/runs_proxy.h"

#include "ui/pages/runs/runs_model.h"

#include <utility>

namespace vit::ui {

RunsProxy::RunsProxy(RunsModel* model, QObject* parent) : QSortFilterProxyModel(parent), m_model(model) {
    setSourceModel(model);
}

void RunsProxy::setFilter(RunFilter filter) {
    m_filter = std::move(filter);
    invalidateFilter();
}

bool RunsProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const RunSummary& a = m_model->run(left.row());
    const RunSummary& b = m_model->run(right.row());
    if (const RunColumn* column = m_model->column(left.column())) return isBefore(column->get(a), column->get(b));
    return a.bestValidationAccuracy < b.bestValidationAccuracy;
}

bool RunsProxy::filterAcceptsRow(int row, const QModelIndex&) const { return m_filter.matches(m_model->run(row)); }

}  // namespace vit::ui
