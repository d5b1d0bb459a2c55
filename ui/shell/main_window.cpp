// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the window together and remembers how it was left.
#include "ui/shell/main_window.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/data/store/data_manifest.h"
#include "core/io/atomic_file.h"
#include "core/train/likely_speed.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/form/experiment_form.h"
#include "ui/look/text.h"
#include "ui/look/theme_controller.h"
#include "ui/pages/data/data_page.h"
#include "ui/pages/evaluate/evaluate_page.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/photos/photos_page.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_wiring.h"
#include "ui/pages/sweeps/sweep_page.h"
#include "ui/pages/train/curve_grid.h"
#include "ui/pages/train/train_page.h"
#include "ui/shell/about.h"
#include "ui/shell/check_dialog.h"
#include "ui/shell/main_tool_bar.h"
#include "ui/shell/place_chooser.h"
#include "ui/shell/recent_photos.h"
#include "ui/shell/run_control.h"
#include "ui/shell/run_export.h"

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
const QString kPins = QStringLiteral("inspect/pins");
const QString kSettingsFilter = QStringLiteral("Settings (*.json);;All files (*)");

}  // namespace

MainWindow::MainWindow(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, Settings& settings,
                       ThemeController& theme, QWidget* parent)
    : QMainWindow(parent), m_bridge(bridge), m_store(std::move(store)), m_prompts(prompts), m_settings(settings),
      m_theme(theme), m_actions(this), m_epochEstimate(settings, likelySpeed), m_dataWatch(m_store->folder(), kManifestFile),
      m_import(m_store, bridge.options().runsFolder),
      m_export(new RunExport(bridge, prompts, settings, this)) {
    setWindowTitle("ViT Workbench");
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    m_actions.fill(menuBar());
    makeContent();
    m_place = new PlaceChooser(prompts, settings, this);
    m_actions.runMenu->addSeparator();
    m_actions.runMenu->addMenu(m_place->menu());
    m_toolBar = new MainToolBar(m_actions, m_place->menu(), this);
    addToolBar(m_toolBar);
    makeStatusBar();
    connectActions();
    connectForm();
    connectPages();
    connectImportAndExport();
    connectRun();
    restore();
    m_run->updateActions();
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
    if (!m_run->mayClose()) return event->ignore();
    m_runsPage->finishChanges();
    remember();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.constFirst().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    const QString path = event->mimeData()->urls().constFirst().toLocalFile();
    if (!QFileInfo(path).isDir()) return openPhoto(path);
    showPage(PhotosPageIndex);
    m_photosPage->openFolder(path);
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
    m_evaluatePage = new EvaluatePage(m_bridge, m_store, m_prompts, m_pages);
    m_photosPage = new PhotosPage(m_bridge, m_store, m_prompts, m_pages);
    m_pages->addWidget(m_trainPage);
    m_pages->addWidget(m_dataPage);
    m_pages->addWidget(m_inspectPage);
    m_pages->addWidget(m_runsPage);
    m_pages->addWidget(m_sweepPage);
    m_pages->addWidget(m_evaluatePage);
    m_pages->addWidget(m_photosPage);
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
    connect(m_actions.publishedCurves, &QAction::triggered, curves, &CurveGrid::wantPublishedCurves);
    connect(curves, &CurveGrid::publishedCurvesChanged, this, &MainWindow::updatePublishedCurves);
    updatePublishedCurves();
    connect(m_actions.shortcuts, &QAction::triggered, this, [this] {
        m_prompts.showInformation(this, tr("Keyboard shortcuts"), shortcutsText(this));
    });
    connect(m_actions.checkComputer, &QAction::triggered, this, &MainWindow::openCheck);
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

// Nothing trains meanwhile: both would draw from the same generator of a GPU, and neither would be as fast as it is.
void MainWindow::openCheck() {
    if (m_bridge.busy()) {
        return m_prompts.showInformation(this, tr("Check this computer"),
                                         tr("A run is going on. Check this computer when it has ended: both at the same "
                                            "time would disturb each other."));
    }
    auto* dialog = new CheckDialog(m_prompts, m_settings, this);
    dialog->open();
}

void MainWindow::updatePublishedCurves() {
    const CurveGrid* curves = m_trainPage->curves();
    const QString& why = curves->whyNoPublishedCurves();
    QAction* action = m_actions.publishedCurves;
    action->setChecked(curves->publishedCurvesShown());
    action->setEnabled(why.isEmpty());
    action->setToolTip(why.isEmpty() ? action->statusTip() : why);
}

void MainWindow::connectForm() {
    connect(m_form, &ExperimentForm::configChanged, m_dataPage, &DataPage::setConfig);
    connect(m_form, &ExperimentForm::soundConfigChanged, m_inspectPage, &InspectPage::setConfig);
}

void MainWindow::connectPages() {
    connectRunsPage(*m_runsPage, {m_bridge, *m_form, *m_trainPage, [this] { showPage(TrainPageIndex); },
                                  [this] { m_actions.showForm->setChecked(true); }});
    connect(m_trainPage, &TrainPage::shownRunChanged, this, [this] {
        const std::optional<RunSummary>& run = m_trainPage->shownRun();
        if (!run || !run->hasModel) return;
        m_inspectPage->setRun(run->folder);
        m_evaluatePage->setRun(run->folder, qstr(run->name), qstr(run->config.data.name));
    });
    const auto inspect = [this](const std::shared_ptr<const Image>& image, const QString& title,
                                const QString& trueClass) {
        showPage(InspectPageIndex);
        m_inspectPage->showImage(image, title, trueClass);
    };
    connect(m_dataPage, &DataPage::imageChosen, this, inspect);
    connect(m_evaluatePage, &EvaluatePage::imageChosen, this, inspect);
    connect(m_photosPage, &PhotosPage::imageChosen, this,
            [this, inspect](const QString& run, const std::shared_ptr<const Image>& image, const QString& title,
                            const QString& trueClass) {
                m_inspectPage->setRun(run.toStdString());
                inspect(image, title, trueClass);
            });
    connect(m_photosPage, &PhotosPage::runChosen, this, [this](const QString& run) {
        showPage(TrainPageIndex);
        m_trainPage->showRun(run.toStdString());  // its model predicts from then on
    });
    connect(m_photosPage, &PhotosPage::importWanted, m_actions.importWeights, &QAction::trigger);
    connect(m_photosPage, &PhotosPage::datasetsChanged, this, &MainWindow::refreshDataSets);
    connect(m_dataPage, &DataPage::datasetChosen, this, [this](const QString& name) {
        m_form->setText("data.name", name.toStdString());
        m_form->showField("data.name");
    });
    connect(m_dataPage, &DataPage::datasetsChanged, this, &MainWindow::refreshDataSets);
    connect(&m_dataWatch, &FolderWatch::changed, this, [this] {
        refreshDataSets();
        if (m_dataPage->isVisible()) m_dataPage->refresh();
    });
    connect(m_inspectPage, &InspectPage::photoOpened, this, [this](const QString& path) {
        m_settings.addRecentPhoto(path);
        m_settings.setLastFolder(QFileInfo(path).absolutePath());
    });
    connect(m_inspectPage, &InspectPage::statusChanged, m_status, &QLabel::setText);
    connect(m_inspectPage, &InspectPage::pinsChanged, this,
            [this](const QStringList& paths) { m_settings.setPageState(kPins, paths); });
    connect(m_sweepPage, &SweepPage::newSweepRequested, this,
            [this] {
                if (m_form->startsFromWeights())
                    return m_prompts.showError(this, tr("New sweep"),
                                               tr("The trials of a sweep begin with new weights, and the preset in the form is "
                                                  "for a model that is trained already: choose another preset."));
                const Config& base = m_form->config();
                m_sweepPage->newSweep(base, qstr(m_form->preset()), m_form->modelInput(base));
            });
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
    connect(&m_bridge, &SessionBridge::runStarted, this,
            [this](const RunStarted& run) {
                m_epochEstimate.runStarted(run, m_form->modelInput(run.config), m_bridge.elsewhere());
            });
    const auto placeChanged = [this] {
        const TrainingPlace& place = m_place->place();
        m_epochEstimate.setPlace(place.isHere() ? QString() : placeName(place.host));
        m_form->refreshFacts();
    };
    connect(m_place, &PlaceChooser::changed, this, placeChanged);
    placeChanged();
    m_run = new RunControl(
        {m_bridge, m_prompts, m_settings, m_actions, *m_toolBar, *m_form, *m_trainPage, *m_sweepPage, *m_place}, this);
    connect(m_run, &RunControl::runWanted, this, [this] { showPage(TrainPageIndex); });
    connect(m_run, &RunControl::statusChanged, m_status, &QLabel::setText);
    connect(m_run, &RunControl::closingPossible, this, &QWidget::close);
    m_bridge.takeUpUnfinished();
}

void MainWindow::restore() {
    if (!restoreGeometry(m_settings.geometry())) resize(1280, 800);
    restoreState(m_settings.windowState());
    m_splitter->restoreState(m_settings.splitter());
    m_form->setCollapsedGroups(m_settings.collapsedGroups());
    m_inspectPage->setPhotoFolder(m_settings.lastFolder());
    m_inspectPage->pinAgain(m_settings.pageState(kPins).toStringList(), QDir(m_settings.folder()).filePath("pins"));
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

void MainWindow::refreshDataSets() {
    m_dataSetLookup.run([store = m_store](const Progress&) { return store->list(); },
                        [this](std::vector<DataInfo> dataSets) {
                            m_evaluatePage->setDataSets(dataSets);
                            m_photosPage->setDataSets(dataSets);
                            m_form->setDataSets(std::move(dataSets));
                        });
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
    connect(m_actions.importWeights, &QAction::triggered, this, [this] {
        const QString path = m_prompts.openFile(
            this, tr("Import weights"), m_settings.lastFolder(),
            tr("Weights (*.safetensors *.json *.pth *.pt *.bin *.h5 *.hdf5);;All files (*)"));
        if (path.isEmpty()) return;
        m_settings.setLastFolder(QFileInfo(path).absolutePath());
        importWeights(path);
    });
    connect(&m_import, &ModelImport::asks, this, [this](const QString& file, const Issues& questions) {
        m_status->setText(tr("Nothing was imported yet"));
        auto* dialog = new ImportQuestions(file, questions, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this, file, dialog] { importWeights(file, dialog->answers()); });
        dialog->open();
    });
    connect(&m_import, &ModelImport::imported, this, [this](const QString& folder, const QString& text, const QString& notes) {
        m_status->setText(text);
        m_bridge.openModel(folder.toStdString());
        if (m_pages->currentIndex() == PhotosPageIndex) m_photosPage->chooseModel(folder);
        else showPage(InspectPageIndex);
        if (!notes.isEmpty()) m_prompts.showInformation(this, tr("Import weights"), text + QStringLiteral(".\n\n") + notes);
    });
    m_export->fill(m_actions.exportRun);
    connect(m_export, &RunExport::statusChanged, m_status, &QLabel::setText);
    connect(&m_import, &ModelImport::failed, this, [this](const QString& problem) {
        m_status->setText(tr("Nothing was imported"));
        m_prompts.showError(this, tr("Import weights"), problem);
    });
}

void MainWindow::importWeights(const QString& file, const ImportAnswers& answers) {
    m_status->setText(tr("Importing %1…").arg(QFileInfo(file).fileName()));
    m_import.importFile(file, m_form->config(), answers);
}

}  // namespace vit::ui
