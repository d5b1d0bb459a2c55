// SPDX-License-Identifier: GPL-3.0-or-later
// The view of the table of runs: which columns are shown, the selection, and the columns' menu.
#pragma once

#include <QStringList>
#include <QTableView>

namespace vit {
struct RunSummary;
}

namespace vit::ui {

class RunsModel;
class RunsProxy;

class RunsTable : public QTableView {
    Q_OBJECT

public:
    RunsTable(RunsModel* model, RunsProxy* proxy, QWidget* parent = nullptr);

    static QStringList defaultColumns();
    // Keys of the user's own choice of columns; the name and the curve are always there.
    void setColumns(const QStringList& keys);
    const QStringList& columns() const { return m_columns; }
    // Hyperparameters that are the same in all selected runs, or in all shown ones, make room for those that are not.
    void showOnlyDiffering(bool on);
    void updateDiffering();

    std::vector<const RunSummary*> selectedRuns() const;  // in the order of the table
    std::vector<const RunSummary*> shownRuns() const;     // all that pass the filter
    QStringList selectedFolders() const;
    void select(const QStringList& folders, bool add = false);

    bool isEditing() const { return state() == EditingState; }
    void editName();
    void editTags();
    void showColumnMenu(const QPoint& globalPosition);

Q_SIGNALS:
    void runsSelected();  // another selection
    void openRequested();
    void columnsChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

private:
    void applyColumns(const QStringList& keys);
    void edit(const char* key);

    RunsModel* m_model;
    RunsProxy* m_proxy;
    QStringList m_columns;
    bool m_onlyDiffering = false;
};

}  // namespace vit::ui
