// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the page's parts.
#include "ui/pages/evaluate/evaluate_page.h"

#include "core/export/evaluation_files.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/data/dataset_selection.h"
#include "ui/pages/evaluate/confusion_panel.h"
#include "ui/pages/evaluate/evaluated_images.h"
#include "ui/pages/evaluate/evaluation_figures.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/segments.h"

#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kFiguresWidth = 320;
constexpr int kMatrixHeight = 460, kImagesHeight = 160;

}  // namespace

EvaluatePage::EvaluatePage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_prompts(prompts),
      m_runner(new EvaluationRunner(bridge, std::move(store), this)),
      m_exportFolder(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)) {
    makeBar();
    m_banner = new Banner(this);
    m_banner->setObjectName("evaluateBanner");
    m_empty = new EmptyState("evaluate", {}, {}, this);
    m_emptyEvaluate = m_empty->addButton("emptyEvaluate", tr("Evaluate"));
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName("evaluateStack");
    m_stack->addWidget(m_empty);
    m_stack->addWidget(makeContent());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addWidget(m_bar);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    connectParts();
    connectSession();
    showChosen();
}

void EvaluatePage::makeBar() {
    m_bar = new QWidget(this);
    m_title = new ElidedLabel(m_bar);
    m_title->setObjectName("evaluateTitle");
    m_title->setFont(titleFont());
    m_splits = new Segments(m_bar);
    for (const Split split : {Split::Test, Split::Validation})
        m_splits->add(static_cast<int>(split), QStringLiteral("evaluate.") + splitName(split), splitTitle(split),
                      tr("On the %1 images of the data set").arg(splitName(split)));
    m_dataSets = new QComboBox(m_bar);
    m_dataSets->setObjectName("evaluateData");
    m_dataSets->setAccessibleName(tr("Data set"));
    m_dataSets->setToolTip(tr("The images that the model is asked about: those of its own data set, or of another one "
                              "whose classes are among the model's"));
    m_dataSets->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_evaluate = new QPushButton(tr("Evaluate"), m_bar);
    m_evaluate->setObjectName("evaluateButton");
    m_exportButton = new QPushButton(icon("export"), tr("Export…"), m_bar);
    m_exportButton->setObjectName("evaluateExport");
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    row->addWidget(m_title, 1);
    row->addWidget(m_dataSets);
    row->addWidget(m_splits);
    row->addWidget(m_evaluate);
    row->addWidget(m_exportButton);
}

QWidget* EvaluatePage::makeContent() {
    auto* content = new QSplitter(Qt::Horizontal, this);
    m_figures = new EvaluationFigures(content);
    m_figures->setMinimumWidth(kFiguresWidth);
    auto* right = new QSplitter(Qt::Vertical, content);
    m_confusion = new ConfusionPanel(right);
    m_images = new EvaluatedImages(right);
    right->addWidget(m_confusion);
    right->addWidget(m_images);
    right->setStretchFactor(0, 1);
    right->setSizes({kMatrixHeight, kImagesHeight});
    right->setChildrenCollapsible(false);
    content->addWidget(m_figures);
    content->addWidget(right);
    content->setStretchFactor(0, 0);
    content->setStretchFactor(1, 1);
    content->setChildrenCollapsible(false);
    return content;
}

void EvaluatePage::connectParts() {
    connect(m_splits, &Segments::chosenChanged, this, &EvaluatePage::showChosen);
    connect(m_dataSets, &QComboBox::activated, this, &EvaluatePage::showChosen);
    connect(m_evaluate, &QPushButton::clicked, this, &EvaluatePage::evaluate);
    connect(m_emptyEvaluate, &QPushButton::clicked, this, &EvaluatePage::evaluate);
    connect(m_exportButton, &QPushButton::clicked, this, &EvaluatePage::exportResult);
    connect(m_banner, &Banner::cancelRequested, m_runner, &EvaluationRunner::cancel);
    connect(m_runner, &EvaluationRunner::progressed, m_banner, &Banner::showProgress);
    connect(m_runner, &EvaluationRunner::evaluated, this, &EvaluatePage::showEvaluated);
    connect(m_runner, &EvaluationRunner::noteArrived, m_banner, &Banner::showError);
    connect(m_runner, &EvaluationRunner::failed, this, [this](const QString& problem) {
        m_banner->showError(problem);
        updateState();
    });
    connect(m_runner, &EvaluationRunner::cancelled, this, [this] {
        m_banner->clear();
        updateState();
    });
    connect(m_confusion, &ConfusionPanel::cellChosen, m_images, &EvaluatedImages::showCell);
    connect(m_confusion, &ConfusionPanel::classChosen, m_images, &EvaluatedImages::showClass);
    connect(m_images, &EvaluatedImages::imageChosen, this, &EvaluatePage::imageChosen);
    connect(m_images, &EvaluatedImages::failed, m_banner, &Banner::showError);
    connect(&m_export, &Job::failed, m_banner, &Banner::showError);
    connect(&m_export, &Job::ended, this, &EvaluatePage::updateState);
}

void EvaluatePage::connectSession() {
    connect(&m_bridge, &SessionBridge::modelOpened, this, [this](const ModelOpened& model) {
        if (model.problem.empty()) setRun(model.runFolder, qstr(model.runName), qstr(model.config.data.name));
    });
    connect(&m_bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) {
        m_results.clear();  // the weights change, if it is the same run that goes on
        setRun(run.runFolder, qstr(run.runName), qstr(run.config.data.name));
        showChosen();
    });
    connect(&m_bridge, &SessionBridge::runRequested, this, &EvaluatePage::giveWay);
    connect(&m_bridge, &SessionBridge::evaluationRequested, this, &EvaluatePage::giveWay);
    connect(&m_bridge, &SessionBridge::runFinished, this, &EvaluatePage::updateState);
    connect(&m_bridge, &SessionBridge::runFailed, this, &EvaluatePage::updateState);
    connect(&m_bridge, &SessionBridge::runEvaluated, this, &EvaluatePage::updateState);
}

void EvaluatePage::giveWay() {
    const bool ended = m_runner->running();
    m_runner->cancel();
    if (ended) m_banner->showError(tr("The evaluation was ended, as something else was begun."));
    updateState();
}

void EvaluatePage::setRun(const std::filesystem::path& folder, const QString& name, const QString& data) {
    m_title->setText(name);
    if (folder == m_run) return updateState();
    m_runner->cancel();
    m_run = folder;
    m_ownData = data;
    m_results.clear();
    m_dataSets->clear();
    offerData();
    showChosen();
}

void EvaluatePage::setDataSets(const std::vector<DataInfo>& infos) {
    m_infos = infos;
    offerData();
}

// Its own first, which may not be there; what was chosen stays so.
void EvaluatePage::offerData() {
    const QString chosen = data();
    m_dataSets->clear();
    QString own = m_ownData;
    for (const DataInfo& info : m_infos)
        if (qstr(info.name) == m_ownData) own = qstr(info.title);
    m_dataSets->addItem(own, m_ownData);
    for (const DataInfo& info : m_infos)
        if (info.available && qstr(info.name) != m_ownData) m_dataSets->addItem(qstr(info.title), qstr(info.name));
    m_dataSets->setCurrentIndex(std::max(0, m_dataSets->findData(chosen)));
}

QString EvaluatePage::data() const { return m_dataSets->currentData().toString(); }

Split EvaluatePage::split() const { return static_cast<Split>(m_splits->chosen()); }

std::shared_ptr<const EvaluatedSplit> EvaluatePage::result() const {
    const auto found = m_results.find({data(), split()});
    return found == m_results.end() ? nullptr : found->second;
}

void EvaluatePage::evaluate() {
    m_banner->clear();
    m_runner->start(m_run, data(), split());
    updateState();
}

void EvaluatePage::showEvaluated(std::shared_ptr<const EvaluatedSplit> result) {
    m_banner->clear();
    m_results[{result->data, result->split}] = std::move(result);
    showChosen();
}

void EvaluatePage::showChosen() {
    const auto shown = result();
    // A part of the whole, which it keeps alive.
    const std::shared_ptr<const Evaluation> evaluation(shown, shown ? &shown->evaluation : nullptr);
    m_figures->setEvaluation(evaluation);
    m_confusion->setEvaluation(evaluation);
    m_images->setResult(shown);
    m_stack->setCurrentIndex(shown ? 1 : 0);
    updateState();
}

void EvaluatePage::updateState() {
    const bool running = m_runner->running();
    QString problem;
    if (m_run.empty()) problem = tr("There is no model yet: train one, or open a run on the Runs page");
    else if (running) problem = tr("An evaluation is going on");
    else if (m_bridge.busy()) problem = tr("Wait until what goes on has ended");
    const QString tip =
        tr("Ask this run's best weights about all %1 images, and keep the figures with it").arg(splitName(split()));
    for (QPushButton* button : {m_evaluate, m_emptyEvaluate}) {
        button->setEnabled(problem.isEmpty());
        button->setToolTip(problem.isEmpty() ? tip : problem);
    }
    m_splits->setEnabled(!running);
    m_dataSets->setEnabled(!running);
    m_exportButton->setEnabled(result() != nullptr && !m_export.running());
    m_exportButton->setToolTip(result() ? tr("Write tables and a report into a folder")
                                        : tr("Evaluate first: there is nothing to export yet"));
    m_emptyEvaluate->setVisible(!m_run.empty());
    m_bar->setVisible(!m_run.empty());
    if (m_run.empty()) {
        m_empty->setTitle(tr("No model yet"));
        m_empty->setText(tr("Train one, or open a run on the Runs page. Here you then see how good it is, which "
                            "classes it confuses, and the images that it is wrong about."));
    } else {
        m_empty->setTitle(running ? tr("Evaluating…") : tr("How good is this model?"));
        m_empty->setText(tr("Figures with their intervals, calibration, a confusion matrix, each class's scores, and "
                            "the images behind all of it, on the %1 images.")
                             .arg(splitName(split())));
    }
}

void EvaluatePage::exportResult() {
    const auto shown = result();
    if (!shown) return;
    const QString chosen = m_prompts.openFolder(this, tr("Export evaluation"), m_exportFolder);
    if (chosen.isEmpty()) return;
    m_exportFolder = chosen;
    // A folder of its own in the one that was chosen.
    const QString other = shown->data == m_ownData ? QString() : "-of-" + shown->data;
    const QString name = qstr(m_run.filename().string()) + "-" + splitName(shown->split) + other;
    const QString target = QDir(chosen).filePath(name);
    if (QFileInfo::exists(QDir(target).filePath("summary.json")) &&
        !m_prompts.confirm(this, tr("Export evaluation"), tr("%1 is there already. Replace it?").arg(target),
                           tr("Replace"), tr("Cancel")))
        return;
    m_export.run(
        [shown, folder = target.toStdString()](const Progress&) {
            return writeEvaluation(shown->evaluation, folder, Existing::Replace);
        },
        [this, target](const std::vector<std::filesystem::path>& files) {
            m_prompts.showInformation(this, tr("Export evaluation"),
                                      tr("%1 files were written to %2.").arg(files.size()).arg(target));
        });
    updateState();
}

}  // namespace vit::ui
