// SPDX-License-Identifier: GPL-3.0-or-later
// Wires table, panels and actions to the store and to the run that is going on.
#include "ui/pages/runs/runs_page.h"

#include "core/base/error.h"
#include "core/runs/run_files.h"
#include "core/runs/run_trash.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/runs/compare_panel.h"
#include "ui/pages/runs/curves_panel.h"
#include "ui/pages/runs/notes_panel.h"
#include "ui/pages/runs/relation_panels.h"
#include "ui/pages/runs/run_colors.h"
#include "ui/pages/runs/runs_actions.h"
#include "ui/pages/runs/runs_bar.h"
#include "ui/pages/runs/runs_proxy.h"
#include "ui/pages/runs/runs_table.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"

#include <QAction>
#include <QDesktopServices>
#include <QHeaderView>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kPanelDelayMs = 60;
constexpr int kEditDelayMs = 500;

// Keys of Settings::pageState.
constexpr auto kColumns = "runs/columns";
constexpr auto kHeader = "runs/header";
constexpr auto kSelected = "runs/selected";
constexpr auto kTab = "runs/tab";
constexpr auto kSplitter = "runs/splitter";
constexpr auto kOnlyDiffering = "runs/only_differing";

}  // namespace

RunsPage::RunsPage(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_prompts(prompts), m_settings(settings),
      m_proxy(new RunsProxy(&m_model, this)), m_watch(bridge.options().runsFolder, run_files::kResult) {
    setObjectName("runsPage");
    m_banner = new Banner(this);
    m_banner->setObjectName("runsBanner");
    auto* empty = new EmptyState("runs", tr("No runs yet"),
                                 tr("Every training is kept here with its settings, curves and weights, to be "
                                    "compared, opened and gone on with."),
                                 this);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(kSpace);
    m_splitter->addWidget(makeTop());
    m_splitter->addWidget(makeTabs());
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({360, 340});
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName("runsStack");
    m_stack->addWidget(empty);
    m_stack->addWidget(m_splitter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    m_work.setSingleShot(true);
    m_work.setInterval(kPanelDelayMs);
    m_refreshLater.setSingleShot(true);
    m_refreshLater.setInterval(kEditDelayMs);
    connectActions();
    connectParts();
    connectRun();
    restore();
    updateActions();
}

RunsPage::~RunsPage() { remember(); }

QWidget* RunsPage::makeTop() {
    auto* card = new QFrame(m_splitter);
    setRole(card, "card");
    m_table = new RunsTable(&m_model, m_proxy, card);
    m_actions = std::make_unique<RunsActions>(m_table);
    m_bar = new RunsBar(m_actions->buttons(), card);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_bar);
    layout->addWidget(m_table, 1);
    return card;
}

QWidget* RunsPage::makeTabs() {
    auto* card = new QFrame(m_splitter);
    setRole(card, "card");
    m_tabs = new QTabWidget(card);
    m_tabs->setObjectName("runsTabs");
    m_tabs->setDocumentMode(true);
    m_curves = new CurvesPanel(m_tabs);
    m_compare = new ComparePanel(m_tabs);
    m_parallel = new ParallelPanel(m_tabs);
    m_scatter = new ScatterPanel(m_tabs);
    m_notesPanel = new NotesPanel(m_tabs);
    m_tabs->addTab(m_curves, tr("Curves"));
    m_tabs->addTab(m_compare, tr("Compare"));
    m_tabs->addTab(m_parallel, tr("Parallel coordinates"));
    m_tabs->addTab(m_scatter, tr("Scatter"));
    m_tabs->addTab(m_notesPanel, tr("Notes"));
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_tabs);
    return card;
}

void RunsPage::connectActions() {
    connect(m_actions->open, &QAction::triggered, this, &RunsPage::openCurrent);
    connect(m_actions->settings, &QAction::triggered, this,
            [this] { Q_EMIT settingsRequested(*selectedRuns().front()); });
    connect(m_actions->rename, &QAction::triggered, m_table, &RunsTable::editName);
    connect(m_actions->tags, &QAction::triggered, m_table, &RunsTable::editTags);
    connect(m_actions->notes, &QAction::triggered, this, [this] {
        m_tabs->setCurrentWidget(m_notesPanel);
        m_notesPanel->focusText();
    });
    connect(m_actions->folder, &QAction::triggered, this, &RunsPage::openFolder);
    connect(m_actions->trash, &QAction::triggered, this, &RunsPage::moveToTrash);
    connect(m_actions->refresh, &QAction::triggered, this, &RunsPage::refresh);
}

void RunsPage::connectParts() {
    connect(m_bar, &RunsBar::filterChanged, this, &RunsPage::applyFilter);
    connect(m_bar, &RunsBar::filterLeft, m_table, qOverload<>(&QWidget::setFocus));
    connect(m_bar, &RunsBar::onlyDifferingChanged, m_table, &RunsTable::showOnlyDiffering);
    connect(m_bar, &RunsBar::columnsRequested, m_table, &RunsTable::showColumnMenu);
    connect(m_table, &RunsTable::runsSelected, this, &RunsPage::onSelection);
    connect(m_table, &RunsTable::openRequested, this, &RunsPage::openCurrent);
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& position) { showMenu(m_table->viewport()->mapToGlobal(position)); });
    connect(&m_model, &RunsModel::changeRequested, this, &RunsPage::change);
    connect(&m_work, &QTimer::timeout, this, &RunsPage::updatePanels);
    connect(m_tabs, &QTabWidget::currentChanged, this, &RunsPage::updatePanels);
    for (RelationPanel* panel : {static_cast<RelationPanel*>(m_parallel), static_cast<RelationPanel*>(m_scatter)})
        connect(panel, &RelationPanel::runsChosen, m_table, &RunsTable::select);
    connect(m_notesPanel, &NotesPanel::notesChanged, this,
            [this](const QString& folder, const QString& notes) { change(folder, "notes", notes); });
    connect(m_curves, &CurvesPanel::failed, m_banner, &Banner::showError);
    connect(&m_listing, &Job::failed, m_banner, &Banner::showError);
    connect(&m_listing, &Job::ended, this, [this] {
        if (std::exchange(m_listAgain, false)) refresh();
    });
    connect(&m_changes, &RunChanges::refused, this,
            [this](const QString& problems) { m_prompts.showError(this, tr("Runs"), problems); });
    connect(&m_changes, &RunChanges::made, this, &RunsPage::refresh);
    connect(&m_watch, &FolderWatch::changed, this, [this] {
        if (isVisible()) refresh();  // else when it is shown
    });
    connect(&m_refreshLater, &QTimer::timeout, this, &RunsPage::refresh);
}

void RunsPage::connectRun() {
    connect(&m_bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) {
        m_watch.leaveOut(run.runFolder);
        m_model.setLive(qstr(run.runFolder));
        refresh();
        updateActions();
    });
    connect(&m_bridge, &SessionBridge::epochDone, this, [this](const EpochDone& epoch) {
        m_model.addLiveEpoch(epoch);
        m_curves->forget(m_model.live());
    });
    const auto ended = [this] {
        m_curves->forget(m_model.live());
        m_model.setLive({});
        refresh();
        updateActions();
    };
    connect(&m_bridge, &SessionBridge::runFinished, this, ended);
    connect(&m_bridge, &SessionBridge::runFailed, this, ended);
    connect(&m_bridge, &SessionBridge::runRequested, this, &RunsPage::updateActions);
    connect(&m_bridge, &SessionBridge::evaluationRequested, this, &RunsPage::updateActions);
    connect(&m_bridge, &SessionBridge::runEvaluated, this, [this] {
        refresh();
        updateActions();
    });
}

void RunsPage::restore() {
    const QStringList columns = m_settings.pageState(kColumns).toStringList();
    m_table->horizontalHeader()->restoreState(m_settings.pageState(kHeader).toByteArray());
    m_table->setColumns(columns.isEmpty() ? RunsTable::defaultColumns() : columns);
    m_bar->setOnlyDiffering(m_settings.pageState(kOnlyDiffering).toBool());
    m_tabs->setCurrentIndex(m_settings.pageState(kTab).toInt());
    m_splitter->restoreState(m_settings.pageState(kSplitter).toByteArray());
    m_toSelect = m_settings.pageState(kSelected).toStringList();
}

void RunsPage::remember() {
    m_settings.setPageState(kColumns, m_table->columns());
    m_settings.setPageState(kHeader, m_table->horizontalHeader()->saveState());
    m_settings.setPageState(kOnlyDiffering, m_bar->onlyDiffering());
    m_settings.setPageState(kTab, m_tabs->currentIndex());
    m_settings.setPageState(kSplitter, m_splitter->saveState());
    if (m_listed) m_settings.setPageState(kSelected, m_table->selectedFolders());
}

std::vector<const RunSummary*> RunsPage::selectedRuns() const { return m_table->selectedRuns(); }

void RunsPage::refresh() {
    if (m_listing.running()) {
        m_listAgain = true;
        return;
    }
    m_listing.run([folder = m_bridge.options().runsFolder](const Progress&) { return RunStore(folder).list(); },
                  [this](std::vector<RunSummary> runs) { showRuns(std::move(runs)); });
}

void RunsPage::showRuns(std::vector<RunSummary> runs) {
    if (m_table->isEditing()) return m_refreshLater.start();  // the cell would take back what is typed
    const QStringList selected = m_listed ? m_table->selectedFolders() : m_toSelect;
    m_stack->setCurrentIndex(runs.empty() ? 0 : 1);
    m_model.setRuns(std::move(runs));
    m_listed = true;
    if (m_table->selectedFolders() != selected) m_table->select(selected);
    if (selectedRuns().empty() && m_proxy->rowCount() > 0) m_table->selectRow(0);
    m_table->updateDiffering();
    updateCount();
    m_work.start();
}

void RunsPage::applyFilter(const QString& text) {
    try {
        m_proxy->setFilter(RunFilter(text.toStdString()));
        m_bar->showProblem({});
    } catch (const InvalidInput& problem) {
        return m_bar->showProblem(qstr(problem.what()));  // the rows of the last filter that was understood stay
    }
    m_table->updateDiffering();
    updateCount();
    m_work.start();
}

void RunsPage::updateCount() { m_bar->showCount(m_proxy->rowCount(), m_model.rowCount()); }

void RunsPage::onSelection() {
    updateActions();
    m_work.start();
    Q_EMIT selectionChanged();
}

void RunsPage::updateActions() { m_actions->update(selectedRuns(), m_bridge.busy()); }

void RunsPage::updatePanels() {
    const auto selected = selectedRuns();
    std::vector<CurvesPanel::Choice> choices;
    std::map<QString, QColor> swatches;
    for (std::size_t i = 0; i < selected.size(); ++i) {
        const QColor color = runColor(static_cast<int>(i), colors(this));
        choices.push_back({folderOf(*selected[i]), qstr(selected[i]->name), color});
        swatches[folderOf(*selected[i])] = color;
    }
    m_model.setRunColors(std::move(swatches));
    // Only the panel that is seen; another one follows when its tab is opened.
    const QWidget* shown = m_tabs->currentWidget();
    if (shown == m_curves) m_curves->setRuns(std::move(choices));
    else if (shown == m_compare) m_compare->setRuns(selected);
    else if (shown == m_parallel) m_parallel->setRuns(m_table->shownRuns(), m_table->selectedFolders());
    else if (shown == m_scatter) m_scatter->setRuns(m_table->shownRuns(), m_table->selectedFolders());
    m_notesPanel->setRun(selected.size() == 1 ? selected.front() : nullptr);
}

void RunsPage::addRunAction(QAction* action) {
    m_actions->others << action;
    updateActions();
}

void RunsPage::showMenu(const QPoint& globalPosition) {
    QMenu menu(this);
    m_actions->fill(menu);
    menu.exec(globalPosition);
}

void RunsPage::openCurrent() {
    if (m_actions->open->isEnabled()) Q_EMIT openRequested(*selectedRuns().front());
}

void RunsPage::change(const QString& folder, const QString& key, const QString& text) {
    const std::filesystem::path run = folder.toStdString();
    const std::string value = text.toStdString();
    if (key == "name")
        return m_changes.add(
            {[store = m_bridge.options().runsFolder, run, value] { RunStore(store).rename(run, value); }});
    m_changes.add({[run, value, tags = key == "tags"] {
        RunAbout about = readAbout(run);
        if (tags) about.tags = tagsFromText(value);
        else about.notes = value;
        writeAbout(run, about);
    }});
}

void RunsPage::finishChanges() {
    m_notesPanel->save();
    m_changes.finish();
}

void RunsPage::moveToTrash() {
    const auto selected = selectedRuns();
    if (selected.empty() || !m_actions->trash->isEnabled()) return;
    const QString what = selected.size() == 1 ? tr("“%1”").arg(qstr(selected.front()->name))
                                              : tr("%1 runs").arg(selected.size());
    const QString question =
        tr("Move %1 to the trash, with curves, weights and notes? Your file manager can bring them back.").arg(what);
    if (!m_prompts.confirm(this, tr("Move to trash"), question, tr("Move to trash"), tr("Keep"))) return;
    std::vector<RunChanges::Change> moves;
    for (const RunSummary* run : selected) moves.push_back([folder = run->folder] { moveRunToTrash(folder); });
    m_changes.add(std::move(moves));
}

void RunsPage::openFolder() {
    if (selectedRuns().empty()) return;
    const QString folder = folderOf(*selectedRuns().front());
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        m_prompts.showInformation(this, tr("Open folder"),
                                  tr("No file manager was found. The run lies in %1").arg(folder));
}

void RunsPage::focusFilter() { m_bar->focusFilter(); }

void RunsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

}  // namespace vit::ui
