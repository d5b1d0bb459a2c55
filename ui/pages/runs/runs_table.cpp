// SPDX-License-Identifier: GPL-3.0-or-later
// Columns are hidden and shown in the view, so that the selection outlives their changes.
#include "ui/pages/runs/runs_table.h"

#include "ui/look/theme.h"
#include "ui/pages/runs/runs_delegates.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_proxy.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

#include <algorithm>
#include <map>

namespace vit::ui {

namespace {

constexpr int kNameWidth = 240;
constexpr int kCurveWidth = 110;
constexpr int kTextWidth = 120;
constexpr int kNumberWidth = 104;
constexpr int kTimeWidth = 150;

int widthOf(const RunColumn* column) {
    if (!column) return kCurveWidth;
    if (column->key == "name") return kNameWidth;
    if (column->key == "created") return kTimeWidth;
    return column->isNumeric() ? kNumberWidth : kTextWidth;
}

}  // namespace

RunsTable::RunsTable(RunsModel* model, RunsProxy* proxy, QWidget* parent)
    : QTableView(parent), m_model(model), m_proxy(proxy) {
    setObjectName("runsTable");
    setAccessibleName(tr("Runs"));
    setModel(proxy);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);  // a double click opens the run; F2 edits its name
    setTabKeyNavigation(false);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace + 2);
    setItemDelegateForColumn(RunsModel::NameColumn, new RunNameDelegate(this));
    setItemDelegateForColumn(RunsModel::CurveColumn, new SparklineDelegate(this));
    QHeaderView* header = horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setFirstSectionMovable(false);
    header->setSortIndicatorClearable(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    for (int section = 0; section < m_model->columnCount(); ++section)
        setColumnWidth(section, std::max(widthOf(m_model->column(section)), header->sectionSizeHint(section)));
    setSortingEnabled(true);
    sortByColumn(-1, Qt::DescendingOrder);  // newest first, as the store lists them
    setColumns(defaultColumns());
    connect(header, &QHeaderView::customContextMenuRequested, this,
            [this, header](const QPoint& position) { showColumnMenu(header->mapToGlobal(position)); });
    connect(this, &QTableView::doubleClicked, this, [this] { Q_EMIT openRequested(); });
}

QStringList RunsTable::defaultColumns() {
    return {"state",     "best_accuracy", "test_accuracy", "epochs_done",  "time",
            "data.name", "run.epochs",    "model.layers",  "optimizer.learning_rate", "tags", "created"};
}

void RunsTable::setColumns(const QStringList& keys) {
    m_columns = keys;
    updateDiffering();
}

void RunsTable::showOnlyDiffering(bool on) {
    m_onlyDiffering = on;
    updateDiffering();
}

void RunsTable::updateDiffering() {
    if (!m_onlyDiffering) return applyColumns(m_columns);
    std::vector<const RunSummary*> runs = selectedRuns();
    if (runs.size() < 2) runs = shownRuns();
    QStringList keys;
    for (const QString& key : m_columns)
        if (!key.contains('.')) keys << key;  // results and facts stay as chosen
    for (const RunColumn* column : differingColumns(runs))
        if (column->isSetting()) keys << QString::fromStdString(column->key);
    applyColumns(keys);
}

void RunsTable::applyColumns(const QStringList& keys) {
    for (int section = 0; section < m_model->columnCount(); ++section) {
        const RunColumn* column = m_model->column(section);
        const bool shown = !column || column->key == "name" || keys.contains(QString::fromStdString(column->key));
        if (isColumnHidden(section) == shown) setColumnHidden(section, !shown);
    }
}

std::vector<const RunSummary*> RunsTable::selectedRuns() const {
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(), [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    std::vector<const RunSummary*> runs;
    for (const QModelIndex& index : rows) runs.push_back(&m_model->run(m_proxy->mapToSource(index).row()));
    return runs;
}

std::vector<const RunSummary*> RunsTable::shownRuns() const {
    std::vector<const RunSummary*> runs;
    for (int row = 0; row < m_proxy->rowCount(); ++row)
        runs.push_back(&m_model->run(m_proxy->mapToSource(m_proxy->index(row, 0)).row()));
    return runs;
}

QStringList RunsTable::selectedFolders() const {
    QStringList folders;
    for (const RunSummary* run : selectedRuns()) folders << folderOf(*run);
    return folders;
}

void RunsTable::select(const QStringList& folders, bool add) {
    QItemSelection selection;
    QModelIndex first;
    for (const QString& folder : folders) {
        const int row = m_model->rowOf(folder);
        const QModelIndex index = row < 0 ? QModelIndex() : m_proxy->mapFromSource(m_model->index(row, 0));
        if (!index.isValid()) continue;
        if (!first.isValid()) first = index;
        selection.select(index, index);
    }
    const auto replace = add ? QItemSelectionModel::Select : QItemSelectionModel::ClearAndSelect;
    if (first.isValid()) selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
    selectionModel()->select(selection, replace | QItemSelectionModel::Rows);
    if (first.isValid()) scrollTo(first);
}

void RunsTable::edit(const char* key) {
    const QModelIndex current = currentIndex();
    const int section = m_model->sectionOf(key);
    if (!current.isValid()) return;
    setColumnHidden(section, false);
    const QModelIndex index = current.siblingAtColumn(section);
    scrollTo(index);
    QTableView::edit(index);
}

void RunsTable::editName() { edit("name"); }
void RunsTable::editTags() { edit("tags"); }

void RunsTable::showColumnMenu(const QPoint& globalPosition) {
    QMenu menu(this);
    std::map<std::string, QMenu*> groups;
    for (const RunColumn& column : runColumns()) {
        if (column.key == "name") continue;
        QMenu*& group = groups[column.group];
        if (!group) group = menu.addMenu(QString::fromStdString(column.group));
        const QString key = QString::fromStdString(column.key);
        QAction* action = group->addAction(QString::fromStdString(column.label));
        action->setToolTip(QString::fromStdString(column.help));
        action->setCheckable(true);
        action->setChecked(m_columns.contains(key));
        connect(action, &QAction::toggled, this, [this, key](bool shown) {
            if (shown) m_columns << key;
            else m_columns.removeAll(key);
            updateDiffering();
            Q_EMIT columnsChanged();
        });
    }
    menu.addSeparator();
    menu.addAction(icon("reset"), tr("Usual columns"), this, [this] {
        setColumns(defaultColumns());
        Q_EMIT columnsChanged();
    });
    menu.exec(globalPosition);
}

void RunsTable::keyPressEvent(QKeyEvent* event) {
    const bool opens = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (opens && event->modifiers() == Qt::NoModifier && state() != EditingState) return Q_EMIT openRequested();
    QTableView::keyPressEvent(event);
}

void RunsTable::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
    QTableView::selectionChanged(selected, deselected);
    if (m_onlyDiffering) updateDiffering();
    Q_EMIT runsSelected();
}

}  // namespace vit::ui
