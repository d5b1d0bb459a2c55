// SPDX-License-Identifier: GPL-3.0-or-later
// The page of all runs: find, compare, name, open and delete them.
#pragma once

#include "ui/pages/runs/run_changes.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/widgets/folder_watch.h"
#include "ui/widgets/job.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QAction;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace vit::ui {

class Banner;
class ComparePanel;
class CurvesPanel;
class NotesPanel;
class ParallelPanel;
class Prompts;
struct RunsActions;
class RunsBar;
class RunsProxy;
class RunsTable;
class ScatterPanel;
class SessionBridge;
class Settings;

class RunsPage : public QWidget {
    Q_OBJECT

public:
    RunsPage(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* parent = nullptr);
    ~RunsPage() override;

    RunsTable* table() const { return m_table; }
    const RunsModel& model() const { return m_model; }
    std::vector<const RunSummary*> selectedRuns() const;

    void refresh();  // reads what has changed in the folder of runs
    void finishChanges();  // returns when what was typed last is written, or its fault was told
    void focusFilter();
    void addRunAction(QAction* action);  // to the context menu, for the selected runs

Q_SIGNALS:
    void openRequested(const vit::RunSummary& run);      // show its curves, load its model
    void settingsRequested(const vit::RunSummary& run);  // its settings into the form
    void selectionChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeTop();
    QWidget* makeTabs();
    void connectActions();
    void connectParts();
    void connectRun();
    void restore();
    void remember();

    void showRuns(std::vector<RunSummary> runs);
    void applyFilter(const QString& text);
    void onSelection();
    void updateActions();
    void updatePanels();
    void updateCount();
    void showMenu(const QPoint& globalPosition);

    void openCurrent();
    void change(const QString& folder, const QString& key, const QString& text);
    void moveToTrash();
    void openFolder();

    SessionBridge& m_bridge;
    Prompts& m_prompts;
    Settings& m_settings;
    RunsModel m_model;
    RunsProxy* m_proxy;
    Job m_listing;
    bool m_listAgain = false;  // something changed while the list was being read
    bool m_listed = false;
    QStringList m_toSelect;    // once the list is there
    QTimer m_work;             // panels follow the selection a moment later, so that moving through the table is smooth
    RunChanges m_changes;
    FolderWatch m_watch;
    QTimer m_refreshLater;     // after a cell is edited

    QStackedWidget* m_stack;
    Banner* m_banner;
    RunsTable* m_table;
    std::unique_ptr<RunsActions> m_actions;
    RunsBar* m_bar;
    QSplitter* m_splitter;
    QTabWidget* m_tabs;
    CurvesPanel* m_curves;
    ComparePanel* m_compare;
    ParallelPanel* m_parallel;
    ScatterPanel* m_scatter;
    NotesPanel* m_notesPanel;
};

}  // namespace vit::ui
