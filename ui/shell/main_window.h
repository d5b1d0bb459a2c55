// SPDX-License-Identifier: GPL-3.0-or-later
// The window: the Experiment form on the left, the pages, menus and toolbar; it only wires them.
#pragma once

#include "core/config/config.h"
#include "ui/form/epoch_estimate.h"
#include "ui/shell/model_import.h"
#include "ui/shell/window_actions.h"
#include "ui/widgets/folder_watch.h"
#include "ui/widgets/job.h"

#include <QMainWindow>

#include <memory>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace vit {
class DataStore;
}

namespace vit::ui {

class DataPage;
class EvaluatePage;
class ExperimentForm;
class InspectPage;
class MainToolBar;
class PhotosPage;
class PlaceChooser;
class Prompts;
class RunControl;
class RunExport;
class RunsPage;
class SessionBridge;
class Settings;
class SweepPage;
class ThemeController;
class TrainPage;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    enum Page { TrainPageIndex, DataPageIndex, InspectPageIndex, RunsPageIndex, SweepPageIndex, EvaluatePageIndex, PhotosPageIndex };

    MainWindow(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, Settings& settings,
               ThemeController& theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    ExperimentForm* form() const { return m_form; }
    TrainPage* trainPage() const { return m_trainPage; }
    DataPage* dataPage() const { return m_dataPage; }
    InspectPage* inspectPage() const { return m_inspectPage; }
    RunsPage* runsPage() const { return m_runsPage; }
    SweepPage* sweepPage() const { return m_sweepPage; }
    EvaluatePage* evaluatePage() const { return m_evaluatePage; }
    PhotosPage* photosPage() const { return m_photosPage; }

    void showPage(int page);
    void openPhoto(const QString& path);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeContent();
    void makeStatusBar();
    void connectActions();
    void connectForm();
    void connectPages();
    void connectRun();
    void updatePublishedCurves();
    void openCheck();
    void restore();
    void remember();

    void refreshDataSets();
    void loadSettings();
    void saveSettings();
    void connectImportAndExport();
    void importWeights(const QString& file, const ImportAnswers& answers = {});

    SessionBridge& m_bridge;
    std::shared_ptr<DataStore> m_store;
    Prompts& m_prompts;
    Settings& m_settings;
    ThemeController& m_theme;
    WindowActions m_actions;
    PlaceChooser* m_place;
    MainToolBar* m_toolBar;
    RunControl* m_run;
    EpochEstimate m_epochEstimate;
    Job m_dataSetLookup;
    FolderWatch m_dataWatch;
    ModelImport m_import;
    RunExport* m_export;

    QSplitter* m_splitter;
    ExperimentForm* m_form;
    QStackedWidget* m_pages;
    TrainPage* m_trainPage;
    DataPage* m_dataPage;
    InspectPage* m_inspectPage;
    RunsPage* m_runsPage;
    SweepPage* m_sweepPage;
    EvaluatePage* m_evaluatePage;
    PhotosPage* m_photosPage;
    QLabel* m_status;
};

}  // namespace vit::ui
