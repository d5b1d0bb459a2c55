// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the window together and decides what may be done when.
#include "main_window.h"

#include "about.h"
#include "config/presets.h"
#include "config/schema.h"
#include "data/data_page.h"
#include "error.h"
#include "form/experiment_form.h"
#include "inspect/inspect_page.h"
#include "io/atomic_file.h"
#include "main_tool_bar.h"
#include "prompts.h"
#include "recent_photos.h"
#include "run_export.h"
#include "runs/runs_page.h"
#include "runs/runs_wiring.h"
#include "session_bridge.h"
#include "settings.h"
#include "sweeps/sweep_page.h"
#include "theme_controller.h"
#include "train/curve_grid.h"
#include "train/train_page.h"

#include <QAction>
#include <QActionGroup>
#include <QCloseEvent>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>

#include <utility>

namespace vit::ui {

namespace {

constexpr int kFormWidth = 376;
constexpr int kStatusMs = 8000;
const QString kSettingsFilter = QStringLiteral("Settings (*.json);;All files (*)");

QString qstr(const std::string& text) { return QString::fromStdString(text); }

bool hasReachedItsEnd(const RunSummary& run) {
    return run.result &&
           (run.result->reason == StopReason::Completed || run.result->reason == StopReason::EarlyStopped);
}

}  // namespace

MainWindow::MainWindow(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, Settings& settings,
                       ThemeController& theme, QWidget* parent)
    : QMainWindow(parent), m_bridge(bridge), m_store(std::move(store)), m_prompts(prompts), m_settings(settings),
      m_theme(theme), m_actions(this), m_epochEstimate(settings), m_import(m_store, bridge.options().runsFolder),
      m_export(new RunExport(bridge, prompts, settings, this)) {
    setWindowTitle("ViT Workbench");
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    m_actions.fill(menuBar());
    makeContent();
    m_toolBar = new MainToolBar(m_actions, this);
    addToolBar(m_toolBar);
    makeStatusBar();
    connectActions();
    connectForm();
    connectPages();
    connectRun();
    connectImportAndExport();
    restore();
    updateActions();
}

MainWindow::~MainWindow() = default;

void MainWindow::showPage(int page) {
    m_pages->setCurrentIndex(page);
    m_actions.pages->actions().at(page)->setChecked(true);
    m_settings.setPage(page);
}

void MainWindow::openPhoto(const QString& path) {
    showPage(InspectPageIndex);
    m_inspectPage->openPhoto(path);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_state == State::Idle) {
        remember();
        event->accept();
        return;
    }
    event->ignore();
    if (m_closing) return;
    const auto agreed = [this] {
        return m_prompts.confirm(this, tr("Training is going on"),
                                 tr("Stop the run and close? What it has learned so far is kept."),
                                 tr("Stop and close"), tr("Go on training"));
    };
    m_closing = m_state == State::Stopping || agreed();
    if (!m_closing) return;
    // The run may have ended while the question stood there.
    if (m_state == State::Idle) close();
    else stop();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.constFirst().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    openPhoto(event->mimeData()->urls().constFirst().toLocalFile());
}

void MainWindow::makeContent() {
    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setObjectName("mainSplitter");
    m_splitter->setHandleWidth(4);
    m_form = new ExperimentForm(m_splitter);
    m_form->setMinimumWidth(300);
    m_pages = new QStackedWidget(m_splitter);
    m_pages->setMinimumWidth(480);
    m_trainPage = new TrainPage(m_bridge, m_prompts, m_settings, m_pages);
    m_dataPage = new DataPage(m_store, m_prompts, m_pages);
    m_inspectPage = new InspectPage(m_bridge, m_store, m_prompts, m_pages);
    m_runsPage = new RunsPage(m_bridge, m_prompts, m_settings, m_pages);
    m_sweepPage = new SweepPage(m_bridge, m_prompts, m_pages);
    m_pages->addWidget(m_trainPage);
    m_pages->addWidget(m_dataPage);
    m_pages->addWidget(m_inspectPage);
    m_pages->addWidget(m_runsPage);
    m_pages->addWidget(m_sweepPage);
    m_splitter->addWidget(m_form);
    m_splitter->addWidget(m_pages);
    m_splitter->setCollapsible(1, false);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({kFormWidth, 900});
    setCentralWidget(m_splitter);
}

void MainWindow::makeStatusBar() {
    statusBar()->setSizeGripEnabled(false);
    m_status = new QLabel(tr("Ready"), this);
    m_status->setObjectName("statusText");
    m_status->setContentsMargins(kSpace, 0, 0, 0);
    statusBar()->addWidget(m_status, 1);
}

void MainWindow::connectActions() {
    connect(m_actions.openPhoto, &QAction::triggered, this, [this] {
        showPage(InspectPageIndex);
        m_inspectPage->openPhotoDialog();
    });
    connect(m_actions.pastePhoto, &QAction::triggered, this, [this] {
        showPage(InspectPageIndex);
        m_inspectPage->pastePhoto();
    });
    connect(m_actions.loadSettings, &QAction::triggered, this, &MainWindow::loadSettings);
    connect(m_actions.saveSettings, &QAction::triggered, this, &MainWindow::saveSettings);
    connect(m_actions.quit, &QAction::triggered, this, &QWidget::close);
    connect(m_actions.train, &QAction::triggered, this, &MainWindow::train);
    connect(m_actions.pause, &QAction::triggered, this, &MainWindow::togglePause);
    connect(m_actions.stop, &QAction::triggered, this, &MainWindow::stop);
    connect(m_actions.resumeRun, &QAction::triggered, this, [this] { resumeShownRun({}); });
    connect(m_actions.moreEpochs, &QAction::triggered, this, &MainWindow::continueShownRun);
    connect(m_actions.findField, &QAction::triggered, this, [this] {
        if (m_pages->currentWidget() == m_runsPage && !m_form->isAncestorOf(focusWidget()))
            return m_runsPage->focusFilter();
        m_actions.showForm->setChecked(true);
        m_form->focusSearch();
    });
    connect(m_actions.pages, &QActionGroup::triggered, this, [this](const QAction* action) {
        showPage(action->data().toInt());
    });
    connect(m_actions.themes, &QActionGroup::triggered, this, [this](const QAction* action) {
        const auto choice = static_cast<ThemeChoice>(action->data().toInt());
        m_theme.setChoice(choice);
        m_settings.setTheme(choice);
    });
    connect(m_actions.showForm, &QAction::toggled, m_form, &QWidget::setVisible);
    CurveGrid* curves = m_trainPage->curves();
    m_actions.publishedCurves->setChecked(curves->publishedCurvesShown());
    connect(m_actions.publishedCurves, &QAction::toggled, curves, &CurveGrid::showPublishedCurves);
    connect(curves, &CurveGrid::publishedCurvesToggled, m_actions.publishedCurves, &QAction::setChecked);
    connect(m_actions.shortcuts, &QAction::triggered, this, [this] {
        m_prompts.showInformation(this, tr("Keyboard shortcuts"), shortcutsText(this));
    });
    connect(m_actions.about, &QAction::triggered, this, [this] {
        m_prompts.showInformation(this, tr("About ViT Workbench"), aboutText());
    });
    connect(m_actions.recentPhotos, &QMenu::aboutToShow, this, [this] {
        fillRecentPhotos(m_actions.recentPhotos, m_settings, [this](const QString& path) { openPhoto(path); });
    });
    for (MetricPlot* plot : m_trainPage->curves()->plots())
        m_actions.exportPlot->addAction(plot->title() + "…", m_trainPage,
                                        [this, plot] { m_trainPage->exportPlot(plot); });
}

void MainWindow::connectForm() {
    connect(m_form, &ExperimentForm::configChanged, this, [this](const Config& config) {
        m_dataPage->setConfig(config);
        m_inspectPage->setConfig(config);
        updateDevice();
    });
    connect(m_form, &ExperimentForm::issuesChanged, this, &MainWindow::updateActions);
    connect(&m_deviceLookup, &DeviceLookup::answered, this,
            [this](const RunConfig& run, const QString& text, const Issues& issues) {
                if (m_state != State::Idle) return;  // the toolbar shows the run's own device
                m_toolBar->showDevice(text);
                m_form->setMachineIssues(run, issues);
            });
}

void MainWindow::connectPages() {
    connectRunsPage(*m_runsPage, {m_bridge, *m_form, *m_trainPage, [this] { showPage(TrainPageIndex); },
                                  [this] { m_actions.showForm->setChecked(true); }});
    connect(m_trainPage, &TrainPage::trainRequested, m_actions.train, &QAction::trigger);
    connect(m_trainPage, &TrainPage::shownRunChanged, this, &MainWindow::updateActions);
    connect(m_dataPage, &DataPage::imageChosen, this,
            [this](const std::shared_ptr<const Image>& image, const QString& title) {
                showPage(InspectPageIndex);
                m_inspectPage->showImage(image, title);
            });
    connect(m_dataPage, &DataPage::datasetChosen, this, [this](const QString& name) {
        m_form->setText("data.name", name.toStdString());
        m_form->showField("data.name");
    });
    connect(m_dataPage, &DataPage::datasetsChanged, this, &MainWindow::refreshDataSets);
    connect(m_inspectPage, &InspectPage::photoOpened, this, [this](const QString& path) {
        m_settings.addRecentPhoto(path);
        m_settings.setLastFolder(QFileInfo(path).absolutePath());
    });
    connect(m_sweepPage, &SweepPage::newSweepRequested, this,
            [this] { m_sweepPage->newSweep(m_form->config(), qstr(m_form->preset())); });
    connect(m_sweepPage, &SweepPage::runChosen, this, [this](const QString& folder) {
        m_bridge.openModel(folder.toStdString());
        showPage(InspectPageIndex);
    });
}

void MainWindow::connectRun() {
    m_form->setEpochEstimate(&m_epochEstimate);
    connect(&m_bridge, &SessionBridge::epochDone, this, [this](const EpochDone& epoch) {
        m_epochEstimate.epochDone(epoch);
        m_form->refreshFacts();
    });
    connect(&m_bridge, &SessionBridge::runRequested, this, [this] {
        m_form->lock(m_form->config());
        setState(State::Running);
    });
    connect(&m_bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) {
        m_epochEstimate.runStarted(run);
        m_form->lock(run.config);
        m_toolBar->showDevice(qstr(run.device + " · " + run.precision), qstr(run.device + "\n" + run.kernels));
        m_status->setText(tr("Training %1").arg(qstr(run.runName)));
    });
    connect(&m_bridge, &SessionBridge::pauseChanged, this, [this](bool paused) {
        if (m_state != State::Idle && m_state != State::Stopping) setState(paused ? State::Paused : State::Running);
    });
    connect(&m_bridge, &SessionBridge::runFinished, this, [this](const RunFinished& result) {
        endRun(result.reason == StopReason::Stopped ? tr("%1 was stopped and is kept").arg(qstr(result.runName))
                                                    : tr("%1 is finished").arg(qstr(result.runName)));
    });
    connect(&m_bridge, &SessionBridge::runFailed, this, &MainWindow::onRunFailed);
}

void MainWindow::restore() {
    if (!restoreGeometry(m_settings.geometry())) resize(1280, 800);
    restoreState(m_settings.windowState());
    m_splitter->restoreState(m_settings.splitter());
    m_form->setCollapsedGroups(m_settings.collapsedGroups());
    m_inspectPage->setPhotoFolder(m_settings.lastFolder());
    showPage(std::clamp(m_settings.page(), 0, m_pages->count() - 1));
    for (QAction* action : m_actions.themes->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(m_theme.choice()));

    try {
        if (const auto config = m_settings.config()) m_form->setConfig(*config, m_settings.preset().toStdString());
        else m_form->setPreset("first-steps");
    } catch (const InvalidInput& problem) {
        m_form->setPreset("first-steps");
        m_status->setText(tr("The settings of the last time cannot be used here: %1").arg(problem.what()));
    }
    refreshDataSets();
}

void MainWindow::remember() {
    m_settings.setGeometry(saveGeometry());
    m_settings.setWindowState(saveState());
    m_settings.setSplitter(m_splitter->saveState());
    m_settings.setCollapsedGroups(m_form->collapsedGroups());
    m_settings.setExperiment(m_form->config(), qstr(m_form->preset()));
}

void MainWindow::train() {
    if (m_state != State::Idle || !m_form->isValid()) return;
    showPage(TrainPageIndex);
    m_settings.setExperiment(m_form->config(), qstr(m_form->preset()));
    TrainRequest request;
    request.config = m_form->config();
    request.label = m_form->preset();
    m_bridge.train(std::move(request));
    m_trainPage->setFocus();  // not on a field of the form, which is now read-only
}

void MainWindow::resumeShownRun(const Extension& extension) {
    const std::optional<RunSummary>& run = m_trainPage->shownRun();
    if (m_state != State::Idle || !run) return;
    showPage(TrainPageIndex);
    TrainRequest request;
    request.resumeFrom = run->folder;
    request.extension = extension;
    m_bridge.train(std::move(request));
    m_trainPage->setFocus();
}

void MainWindow::continueShownRun() {
    const std::optional<RunSummary>& run = m_trainPage->shownRun();
    if (m_state != State::Idle || !run) return;
    if (const auto extension = m_prompts.askExtension(this, qstr(run->name), run->config)) resumeShownRun(*extension);
}

void MainWindow::togglePause() {
    if (m_state == State::Running) m_bridge.requestPause();
    else if (m_state == State::Paused) m_bridge.requestContinue();
}

void MainWindow::stop() {
    if (m_state == State::Idle || m_state == State::Stopping) return;
    m_bridge.requestStop();
    m_sweepPage->controller().pause();
    m_trainPage->showStopping();
    m_status->setText(tr("Stopping…"));
    setState(State::Stopping);
}

void MainWindow::setState(State state) {
    m_state = state;
    updateActions();
}

void MainWindow::updateActions() {
    const bool idle = m_state == State::Idle;
    const bool canTrain = idle && m_form->isValid();
    QString tip = tr("Start this experiment (%1)").arg(m_actions.train->shortcut().toString(QKeySequence::NativeText));
    if (!idle) tip = tr("A run is going on");
    else if (!m_form->isValid())
        tip = m_form->problemSummary() + ": " + qstr(m_form->issues().front().message);
    m_actions.train->setEnabled(canTrain);
    m_actions.train->setToolTip(tip);
    m_trainPage->setTrainEnabled(canTrain, tip);
    const Preset& preset = vit::preset(m_form->preset());
    m_trainPage->setIntroduction(qstr(preset.title), qstr(preset.description));

    const bool paused = m_state == State::Paused;
    m_actions.pause->setEnabled(m_state == State::Running || paused);
    m_actions.setText(m_actions.pause, paused ? tr("Resume") : tr("Pause"));
    m_actions.pause->setIcon(icon(paused ? "play" : "pause"));
    m_actions.pause->setToolTip(paused ? tr("Go on with the run") : tr("Hold the run; predictions go on"));
    m_actions.stop->setEnabled(m_state == State::Running || paused);
    m_actions.setText(m_actions.stop, m_state == State::Stopping ? tr("Stopping…") : tr("Stop"));
    m_actions.stop->setToolTip(tr("End the run after this step and keep everything it has"));
    const std::optional<RunSummary>& shown = m_trainPage->shownRun();
    m_actions.resumeRun->setEnabled(idle && shown && !hasReachedItsEnd(*shown));
    m_actions.moreEpochs->setEnabled(idle && shown);
    m_actions.loadSettings->setEnabled(idle);
    m_actions.saveSettings->setEnabled(m_form->isReadable());
}

void MainWindow::updateDevice() {
    if (m_state == State::Idle) m_deviceLookup.ask(m_form->config().run);
}

void MainWindow::endRun(const QString& status) {
    m_form->unlock();
    setState(State::Idle);
    updateDevice();
    m_status->setText(status);
    if (m_closing) close();
}

void MainWindow::onRunFailed(const RunFailed& failure) {
    endRun(tr("The run failed"));
    if (!failure.keys.empty()) m_form->showField(failure.keys.front());
}

void MainWindow::refreshDataSets() {
    m_dataSetLookup.run([store = m_store](const Progress&) { return store->list(); },
                        [this](std::vector<DataInfo> dataSets) { m_form->setDataSets(std::move(dataSets)); });
}

void MainWindow::loadSettings() {
    const QString path = m_prompts.openFile(this, tr("Load settings"), m_settings.lastFolder(), kSettingsFilter);
    if (path.isEmpty()) return;
    m_settings.setLastFolder(QFileInfo(path).absolutePath());
    try {
        m_form->setConfig(loadConfig(path.toStdString(), m_form->config()), m_form->preset());
        statusBar()->showMessage(tr("Settings loaded from %1").arg(path), kStatusMs);
    } catch (const Error& error) {
        m_prompts.showError(this, tr("Load settings"), QString::fromStdString(error.what()));
    }
}

void MainWindow::saveSettings() {
    const QString suggestion = QDir(m_settings.lastFolder()).filePath(qstr(m_form->preset()) + ".json");
    const QString path = m_prompts.saveFile(this, tr("Save settings"), suggestion, kSettingsFilter);
    if (path.isEmpty()) return;
    m_settings.setLastFolder(QFileInfo(path).absolutePath());
    try {
        writeFileAtomically(path.toStdString(), toJson(m_form->config()));
        statusBar()->showMessage(tr("Settings saved to %1").arg(path), kStatusMs);
    } catch (const Error& error) {
        m_prompts.showError(this, tr("Save settings"), QString::fromStdString(error.what()));
    }
}

void MainWindow::connectImportAndExport() {
    connect(m_actions.importKeras, &QAction::triggered, this, [this] {
        const QString path = m_prompts.openFile(this, tr("Import Keras weights"), m_settings.lastFolder(),
                                                tr("Keras weights (*.h5 *.hdf5);;All files (*)"));
        if (path.isEmpty()) return;
        m_settings.setLastFolder(QFileInfo(path).absolutePath());
        m_status->setText(tr("Importing %1…").arg(QFileInfo(path).fileName()));
        m_import.importKeras(path, m_form->config());
    });
    connect(&m_import, &ModelImport::imported, this, [this](const QString& folder, const QString& text) {
        m_status->setText(text);
        m_bridge.openModel(folder.toStdString());
        showPage(InspectPageIndex);
    });
    m_export->fill(m_actions.exportRun);
    connect(m_export, &RunExport::statusChanged, m_status, &QLabel::setText);
    connect(&m_import, &ModelImport::failed, this, [this](const QString& problem) {
        m_status->setText(tr("Nothing was imported"));
        m_prompts.showError(this, tr("Import Keras weights"), problem);
    });
}

}  // namespace vit::ui
