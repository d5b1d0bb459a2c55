// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the bridge's signals to the parts of the page.
#include "ui/pages/train/train_page.h"

#include "core/base/error.h"
#include "core/runs/run_files.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/theme.h"
#include "ui/pages/train/curve_grid.h"
#include "ui/pages/train/layer_statistics_panel.h"
#include "ui/pages/train/log_pane.h"
#include "ui/pages/train/progress_panel.h"
#include "ui/pages/train/run_words.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/segments.h"

#include <QDir>
#include <QFileInfo>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

enum View { CurvesView, LayersView };

}  // namespace

TrainPage::TrainPage(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* parent)
    : QWidget(parent), m_prompts(prompts), m_settings(settings), m_banner(new Banner(this)),
      m_stack(new QStackedWidget(this)) {
    setObjectName("trainPage");
    m_banner->setObjectName("trainBanner");
    m_stack->addWidget(makeEmptyPage());
    m_stack->addWidget(makeRunPage());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    connectTo(bridge);
    lookForLastRun(bridge.options().runsFolder);
}

void TrainPage::setTrainEnabled(bool enabled, const QString& why) {
    m_train->setEnabled(enabled);
    m_train->setToolTip(why);
}

void TrainPage::setIntroduction(const QString& preset, const QString& description) {
    m_empty->setText(tr("Its loss and accuracy are drawn here as it learns.\n\n%1: %2").arg(preset, description));
}

void TrainPage::showStopping() { m_progress->showStopping(); }

void TrainPage::exportPlot(MetricPlot* plot) {
    const QString name = plot->title().toLower().replace(' ', '-') + ".png";
    QString path = m_prompts.saveFile(this, tr("Export plot"), QDir(m_settings.lastFolder()).filePath(name),
                                      tr("PNG image (*.png);;PDF document (*.pdf)"));
    if (path.isEmpty()) return;
    if (QFileInfo(path).suffix().isEmpty()) path += ".png";
    m_settings.setLastFolder(QFileInfo(path).absolutePath());
    try {
        plot->exportTo(path);
        m_log.append(LogLevel::Info, tr("%1 exported to %2").arg(plot->title(), path));
    } catch (const Error& error) {
        m_prompts.showError(this, tr("Export plot"), QString::fromStdString(error.what()));
    }
}

QWidget* TrainPage::makeEmptyPage() {
    m_empty = new EmptyState("train", tr("Click Train to start the first experiment"), {}, m_stack);
    m_train = m_empty->addButton("trainFirst", tr("Train"));
    m_train->setIcon(icon("play", IconTint::OnAccent));
    connect(m_train, &QPushButton::clicked, this, &TrainPage::trainRequested);
    return m_empty;
}

QWidget* TrainPage::makeRunPage() {
    auto* page = new QWidget(m_stack);
    m_progress = new ProgressPanel(page);
    m_splitter = new QSplitter(Qt::Vertical, page);
    m_splitter->setChildrenCollapsible(false);
    QWidget* views = makeViews();
    m_logPane = new LogPane(m_log, m_splitter);
    m_splitter->addWidget(views);
    m_splitter->addWidget(m_logPane);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    m_splitter->setHandleWidth(kSpace);
    m_splitter->setSizes({600, 110});

    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_progress);
    layout->addWidget(m_splitter, 1);
    return page;
}

QWidget* TrainPage::makeViews() {
    auto* views = new QWidget(m_splitter);
    m_curves = new CurveGrid(views);
    connect(m_curves, &CurveGrid::exportRequested, this, &TrainPage::exportPlot);
    m_curves->wantPublishedCurves(m_settings.publishedCurves());
    connect(m_curves, &CurveGrid::publishedCurvesWanted, this,
            [this](bool wanted) { m_settings.setPublishedCurves(wanted); });
    m_layers = new LayerStatisticsPanel(views);

    m_view = new Segments(views);
    m_view->add(CurvesView, "curvesView", tr("Curves"), tr("Loss, accuracy and learning rate over the epochs"));
    m_view->add(LayersView, "layersView", tr("Layers"),
                tr("Gradients, updates, activations and attention of each layer over the steps"));
    auto* stack = new QStackedWidget(views);
    stack->addWidget(m_curves);
    stack->addWidget(m_layers);
    connect(m_view, &Segments::chosenChanged, stack, [this, stack] { stack->setCurrentIndex(m_view->chosen()); });
    connect(m_layers, &LayerStatisticsPanel::findingsChanged, m_view, [this] {
        const auto count = m_layers->history().findings().size();
        m_view->setText(LayersView, count == 0 ? tr("Layers") : tr("Layers (%1)").arg(count));
    });

    auto* layout = new QVBoxLayout(views);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_view, 0, Qt::AlignLeft);
    layout->addWidget(stack, 1);
    return views;
}

void TrainPage::connectTo(const SessionBridge& bridge) {
    connect(&bridge, &SessionBridge::runRequested, this, &TrainPage::onRunRequested);
    connect(&bridge, &SessionBridge::runStarted, this, &TrainPage::onRunStarted);
    connect(&bridge, &SessionBridge::stepsDone, this, [this](const std::vector<StepDone>& steps) {
        m_curves->addSteps(steps);
        m_progress->showSteps(steps.back());
    });
    connect(&bridge, &SessionBridge::layersMeasured, this,
            [this](const LayersMeasured& measured) { m_layers->add({measured}); });
    connect(&bridge, &SessionBridge::epochDone, this, [this](const EpochDone& epoch) {
        m_curves->addEpoch(epoch);
        m_progress->showEpoch(epoch);
        m_log.append(LogLevel::Info, epochText(epoch));
    });
    connect(&bridge, &SessionBridge::phaseChanged, m_progress, &ProgressPanel::showPhase);
    connect(&bridge, &SessionBridge::pauseChanged, m_progress, &ProgressPanel::showPaused);
    connect(&bridge, &SessionBridge::messageArrived, this, &TrainPage::onMessage);
    connect(&bridge, &SessionBridge::runFinished, this, &TrainPage::onRunFinished);
    connect(&bridge, &SessionBridge::runFailed, this, &TrainPage::onRunFailed);
    connect(&bridge, &SessionBridge::evaluationRequested, m_progress, &ProgressPanel::showEvaluating);
    connect(&bridge, &SessionBridge::runEvaluated, this, &TrainPage::onRunEvaluated);
}

// The window begins where the user left it: with the curves of the run that was seen or trained last.
void TrainPage::lookForLastRun(const std::filesystem::path& runsFolder) {
    connect(&m_lookup, &Job::failed, this, [this](const QString& problem) {
        m_log.append(LogLevel::Warning, tr("The run cannot be shown: %1").arg(problem));
    });
    const std::filesystem::path shown = m_settings.shownRun().toStdString();
    load([runsFolder, shown]() -> std::optional<RunSummary> {
        if (!shown.empty() && run_files::isThere(shown / run_files::kConfig)) return readRun(shown);
        for (const RunSummary& run : RunStore(runsFolder).list()) {
            // One that was killed within its first epoch can still go on.
            if (run.hasModel || run_files::isThere(run.folder / run_files::kLastWeights)) return run;
        }
        return std::nullopt;
    });
}

void TrainPage::showRun(const std::filesystem::path& folder) {
    m_banner->clear();
    load([folder]() -> std::optional<RunSummary> { return readRun(folder); });
}

void TrainPage::load(std::function<std::optional<RunSummary>()> find) {
    m_lookup.run(
        [find = std::move(find)](const Progress&) {
            EarlierRun found;
            found.run = find();
            if (!found.run) return found;
            const std::filesystem::path& folder = found.run->folder;
            found.curves = readCurves(folder);
            found.began.device = run_files::readEnvironmentText(folder, "device").value_or("");
            found.began.precision = run_files::readEnvironmentText(folder, "precision").value_or("");
            found.began.kernels = run_files::readEnvironmentText(folder, "kernels").value_or("");
            return found;
        },
        [this](const EarlierRun& found) {
            if (found.run) showEarlierRun(found);
        });
}

void TrainPage::showEarlierRun(const EarlierRun& earlier) {
    const RunSummary& run = *earlier.run;
    m_stack->setCurrentIndex(1);
    clearCurves(tr("No step was made"));
    explainUnmeasured(run.config);
    m_curves->setDataset(QString::fromStdString(run.config.data.name));
    m_curves->addSteps(earlier.curves.steps);
    m_layers->add(earlier.curves.layers);
    for (const EpochDone& epoch : earlier.curves.epochs) m_curves->addEpoch(epoch);
    m_progress->showEarlier(run, earlier.curves);
    m_progress->showDevice(earlier.began);
    m_settings.setShownRun(QString::fromStdString(run.folder.string()));
    m_log.append(LogLevel::Info,
                 tr("%1 is shown. It lies in %2")
                     .arg(QString::fromStdString(run.name), QString::fromStdString(run.folder.string())));
    setShownRun(run);
}

void TrainPage::clearCurves(const QString& emptyText) {
    m_curves->clear();
    m_curves->setEmptyText(emptyText);
    m_layers->clear();
    m_layers->setEmptyText(emptyText, {});
}

// What the place of the layers says of a run that measures none, or has measured none.
void TrainPage::explainUnmeasured(const Config& config) {
    m_layers->setEmptyText(tr("No layer of this run is measured"),
                           config.run.layerStatisticsSteps == 0
                               ? tr("\"Measure layers every\" is 0 in its settings. A run with a larger number shows "
                                    "here what its layers do as they learn.")
                               : tr("It made no step, or an older version trained it. A new run shows here what its "
                                    "layers do as they learn."));
}

void TrainPage::setShownRun(std::optional<RunSummary> run) {
    m_shown = std::move(run);
    Q_EMIT shownRunChanged();
}

void TrainPage::showBefore() {
    if (!m_before.empty()) load([folder = m_before]() -> std::optional<RunSummary> { return readRun(folder); });
}

void TrainPage::showCurrent() {
    m_current.hasModel = run_files::isThere(m_current.folder / run_files::kBestWeights);
    setShownRun(m_current);
}

void TrainPage::onRunRequested() {
    m_lookup.abandon();
    m_banner->clear();
    m_stack->setCurrentIndex(1);
    clearCurves(tr("Waiting for the first step…"));
    m_progress->showRequested();
    m_current = {};
    m_before = m_shown ? m_shown->folder : std::filesystem::path();
    setShownRun({});
}

void TrainPage::onRunStarted(const RunStarted& run) {
    m_current.name = run.runName;
    m_current.folder = run.runFolder;
    m_current.config = run.config;
    m_progress->showStarted(run);
    if (run.config.run.layerStatisticsSteps == 0) explainUnmeasured(run.config);
    m_curves->setDataset(QString::fromStdString(run.config.data.name));
    m_settings.setShownRun(QString::fromStdString(run.runFolder));
    m_log.append(LogLevel::Info, startedText(run));
    if (run.firstStep > 1) showCurvesBefore(run);
}

// Of a run that goes on; its new steps arrive meanwhile.
void TrainPage::showCurvesBefore(const RunStarted& run) {
    m_lookup.run([folder = std::filesystem::path(run.runFolder)](const Progress&) { return readCurves(folder); },
                 [this, run](RunCurves curves) {
                     std::erase_if(curves.steps, [&](const StepDone& step) { return step.step >= run.firstStep; });
                     m_curves->addSteps(curves.steps);
                     for (const EpochDone& epoch : curves.epochs)
                         if (epoch.epoch < run.firstEpoch) m_curves->addEpoch(epoch);
                     std::erase_if(curves.layers, [&](const auto& layers) { return layers.step >= run.firstStep; });
                     m_layers->addBefore(std::move(curves.layers));
                 });
}

void TrainPage::onMessage(const Message& message) {
    m_log.append(message.severity == Severity::Warning ? LogLevel::Warning : LogLevel::Info,
                 QString::fromStdString(message.text));
}

void TrainPage::onRunFinished(const RunFinished& result) {
    m_progress->showFinished(result);
    m_curves->setEmptyText(tr("Stopped before the first step"));
    m_log.append(LogLevel::Success, finishedText(result));
    m_log.append(LogLevel::Info, tr("Kept in %1").arg(QString::fromStdString(result.runFolder)));
    if (m_current.folder.empty()) return showBefore();
    explainUnmeasured(m_current.config);
    m_current.result = result;
    showCurrent();
}

void TrainPage::onRunEvaluated(const RunEvaluated& evaluated) {
    const RunFinished& result = evaluated.result;
    if (evaluated.problem.empty() && !evaluated.stopped) m_log.append(LogLevel::Success, evaluatedText(evaluated));
    const bool isShown = m_shown && m_shown->folder == std::filesystem::path(result.runFolder);
    if (!evaluated.problem.empty()) {
        const QString problem =
            tr("%1 was not evaluated: %2")
                .arg(QString::fromStdString(result.runName), QString::fromStdString(evaluated.problem));
        m_banner->showError(problem);
        m_log.append(LogLevel::Error, problem);
    } else if (evaluated.stopped) {
        m_log.append(LogLevel::Info,
                     tr("The evaluation of %1 was stopped.").arg(QString::fromStdString(result.runName)));
    } else if (isShown) {
        m_shown->result = result;
    }
    if (!isShown) return;
    m_progress->showEvaluated(m_shown->result);
    Q_EMIT shownRunChanged();
}

void TrainPage::onRunFailed(const RunFailed& failure) {
    const QString text = failedText(failure);
    m_progress->showFailed(failure);
    m_curves->setEmptyText(tr("No step was made"));
    m_banner->showError(text);
    m_log.append(LogLevel::Error, text);
    m_current.folder.empty() ? showBefore() : showCurrent();
}

}  // namespace vit::ui
