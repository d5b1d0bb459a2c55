// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the steps.
#include "ui/pages/photos/photos_page.h"

#include "core/finetune/photo_folder.h"
#include "core/runs/run_store.h"
#include "core/runs/trained_model.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/evaluate/evaluated_images.h"
#include "ui/pages/photos/learning_plot.h"
#include "ui/pages/photos/photo_card.h"
#include "ui/pages/photos/rung_list.h"
#include "ui/pages/photos/step_heading.h"
#include "ui/widgets/banner.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kImagesHeight = 200;
constexpr int kCurveWidth = 300;

}  // namespace

PhotosPage::PhotosPage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_store(std::move(store)), m_prompts(prompts),
      m_runner(new LadderRunner(bridge, m_store, this)) {
    m_banner = new Banner(this);
    m_banner->setObjectName("photosBanner");
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget(m_scroll);
    m_photos = new PhotoCard(content);
    m_rungs = new RungList(content);
    m_start = new QPushButton(tr("Start"), content);
    m_start->setObjectName("photosStart");
    setRole(m_start, "primary");
    m_hint = new QLabel(content);
    m_hint->setObjectName("photosHint");
    m_hint->setWordWrap(true);
    setRole(m_hint, "muted");
    auto* go = new QHBoxLayout;
    go->addWidget(m_start);
    go->addWidget(m_hint, 1);
    auto* steps = new QVBoxLayout(content);
    steps->setContentsMargins(0, 0, 0, 0);
    steps->setSpacing(kSpace + kSpaceSmall);
    steps->addWidget(m_photos);
    steps->addWidget(makeModelCard());
    steps->addWidget(m_rungs);
    steps->addLayout(go);
    steps->addWidget(makeResultCard(), 1);
    steps->addStretch(0);
    m_scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addWidget(m_banner);
    layout->addWidget(m_scroll, 1);
    connectParts();
    updateState();
}

PhotosPage::~PhotosPage() = default;

QWidget* PhotosPage::makeModelCard() {
    auto* card = new QFrame(this);
    setRole(card, "card");
    m_model = new QComboBox(card);
    m_model->setObjectName("photosModel");
    m_model->setAccessibleName(tr("Model"));
    m_model->setToolTip(tr("What it has learned to see is what the photos are told apart by: one that was trained on many "
                           "and various pictures serves best"));
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToContentsOnFirstShow);
    auto* row = new QHBoxLayout(card);
    row->addWidget(new StepHeading(2, tr("The model to begin with"), card));
    row->addSpacing(kSpaceLarge);
    row->addWidget(m_model, 1);
    auto* import = new QPushButton(tr("Import weights…"), card);
    import->setObjectName("photosImport");
    import->setToolTip(tr("Begin with a Vision Transformer that was pretrained elsewhere: weights of timm, Hugging Face, "
                          "torchvision or PyTorch"));
    connect(import, &QPushButton::clicked, this, &PhotosPage::importWanted);
    row->addWidget(import);
    return card;
}

QWidget* PhotosPage::makeResultCard() {
    auto* card = new QFrame(this);
    setRole(card, "card");
    m_result = card;
    m_verdict = new QLabel(card);
    m_verdict->setObjectName("photosVerdict");
    m_verdict->setWordWrap(true);
    m_verdict->setTextFormat(Qt::PlainText);
    m_show = new QPushButton(tr("Show run"), card);
    m_show->setObjectName("photosShowRun");
    m_show->setToolTip(tr("Open the best run that was left: to inspect and evaluate it, and to export it with File → "
                          "Export run"));
    m_curve = new LearningPlot(card);
    m_curve->setMinimumWidth(kCurveWidth);
    m_images = new EvaluatedImages(card, QStringLiteral("wrongPhotos"));
    m_images->setMinimumHeight(kImagesHeight);
    auto* top = new QHBoxLayout;
    top->addWidget(new StepHeading(4, tr("Result"), card), 1);
    top->addWidget(m_show);
    auto* below = new QHBoxLayout;
    below->setSpacing(kSpaceLarge);
    below->addWidget(m_curve, 2);
    below->addWidget(m_images, 3);
    auto* layout = new QVBoxLayout(card);
    layout->setSpacing(kSpace);
    layout->addLayout(top);
    layout->addWidget(m_verdict);
    layout->addLayout(below, 1);
    card->hide();
    return card;
}

void PhotosPage::connectParts() {
    connect(m_photos, &PhotoCard::folderWanted, this, &PhotosPage::chooseFolder);
    connect(m_photos, &PhotoCard::folderDropped, this, &PhotosPage::openFolder);
    connect(m_photos, &PhotoCard::dataChosen, this, &PhotosPage::examine);
    connect(m_model, &QComboBox::activated, this, &PhotosPage::examine);
    connect(m_rungs, &RungList::changed, this, [this] {
        showLikely();
        updateState();
    });
    connect(m_start, &QPushButton::clicked, this, &PhotosPage::start);
    connect(m_show, &QPushButton::clicked, this, [this] { Q_EMIT runChosen(qstr(m_climbed.bestRun.string())); });
    connect(m_images, &EvaluatedImages::imageChosen, this,
            [this](std::shared_ptr<const Image> image, const QString& title, const QString& trueClass) {
                Q_EMIT imageChosen(qstr(m_climbed.bestRun.string()), std::move(image), title, trueClass);
            });
    connect(m_images, &EvaluatedImages::failed, m_banner, &Banner::showError);
    connect(m_banner, &Banner::cancelRequested, this, [this] {
        m_examination.cancel();
        m_runner->cancel();
    });
    connect(&m_examination, &Job::progressed, m_banner, &Banner::showProgress);
    connect(&m_examination, &Job::failed, m_banner, &Banner::showError);
    connect(&m_examination, &Job::cancelled, m_banner, &Banner::clear);
    connect(&m_examination, &Job::ended, this, &PhotosPage::updateState);
    connect(m_runner, &LadderRunner::progressed, m_banner, &Banner::showProgress);
    connect(m_runner, &LadderRunner::began, m_rungs, &RungList::showBegun);
    connect(m_runner, &LadderRunner::changed, this,
            [this](const std::shared_ptr<const LadderResult>& result) { m_rungs->showResults(*result); });
    connect(m_runner, &LadderRunner::climbed, this, &PhotosPage::finish);
    connect(m_runner, &LadderRunner::failed, this, [this](const QString& problem) {
        m_banner->showError(problem);
        m_rungs->clearResults();
        updateState();
    });
    connect(m_runner, &LadderRunner::cancelled, this, [this] {
        m_banner->clear();
        m_rungs->clearResults();
        updateState();
    });
    for (const auto signal : {&SessionBridge::runRequested, &SessionBridge::evaluationRequested})
        connect(&m_bridge, signal, this, &PhotosPage::updateState);
    connect(&m_bridge, &SessionBridge::runFinished, this, [this] {
        findModels();
        updateState();
    });
    connect(&m_bridge, &SessionBridge::runFailed, this, &PhotosPage::updateState);
    connect(&m_bridge, &SessionBridge::runEvaluated, this, &PhotosPage::updateState);
}

void PhotosPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!event->spontaneous()) findModels();
}

// The one that comes with the program first, then the runs, the newest first; what was chosen stays so.
void PhotosPage::findModels() {
    const auto find = [runs = RunStore(m_bridge.options().runsFolder),
                       included = m_bridge.options().includedModel](const Progress&) {
        std::vector<Model> models;
        if (!included.empty())
            models.push_back({tr("The model that comes with the program"), included, readTrainedModel(included).config});
        for (const RunSummary& run : runs.list())
            if (run.hasModel) models.push_back({qstr(run.name), run.folder, run.config});
        return models;
    };
    m_modelLookup.run(find, [this](std::vector<Model> models) {
        const QString before = m_model->currentData().toString();
        const QString chosen = m_wantedModel.isEmpty() ? before : std::exchange(m_wantedModel, {});
        if (chosen != before) m_examined.reset();
        m_models = std::move(models);
        m_model->clear();
        for (const Model& one : m_models) m_model->addItem(one.name, qstr(one.folder.string()));
        m_model->setCurrentIndex(m_models.empty() ? -1 : std::max(0, m_model->findData(chosen)));
        if (!m_examined && !m_photos->data().isEmpty() && !m_examination.running()) examine();
        showLikely();
        updateState();
    });
}

const PhotosPage::Model* PhotosPage::model() const {
    const auto place = static_cast<std::size_t>(m_model->currentIndex());
    return m_model->currentIndex() >= 0 && place < m_models.size() ? &m_models[place] : nullptr;
}

void PhotosPage::chooseModel(const QString& folder) {
    m_wantedModel = folder;
    findModels();
}

void PhotosPage::setDataSets(const std::vector<DataInfo>& infos) { m_photos->setDataSets(infos); }

void PhotosPage::chooseFolder() {
    const QString folder = m_prompts.openFolder(this, tr("A folder with a folder of photos for each class"), m_lastFolder);
    if (folder.isEmpty()) return;
    m_lastFolder = folder;
    openFolder(folder);
}

void PhotosPage::openFolder(const QString& folder) {
    if (m_runner->running()) return;
    m_banner->clear();
    m_examined.reset();
    m_photos->clearReport();
    const auto add = [store = m_store, path = std::filesystem::path(folder.toStdString())](const Progress& progress) {
        return photosOf(*store, path, progress);
    };
    m_examination.run(add, [this](const DataInfo& info) {
        m_photos->choose(qstr(info.name));
        Q_EMIT datasetsChanged();
        // When this job has ended.
        QTimer::singleShot(0, this, &PhotosPage::examine);
    });
    updateState();
}

void PhotosPage::examine() {
    const QString name = m_photos->data();
    const Model* chosen = model();
    m_result->hide();
    m_rungs->clearResults();
    m_banner->clear();
    m_examined.reset();
    if (name.isEmpty() || chosen == nullptr) {
        m_examination.abandon();
        m_photos->clearReport();
        return updateState();
    }
    const auto look = [store = m_store, name = name.toStdString(), folder = chosen->folder,
                       config = chosen->config](const Progress& progress) {
        const ImageSize size = config.model.inputSize();
        Examined found;
        found.info = store->info(name);
        found.dataset = store->open(photosConfig(config, name), progress);
        found.report = photoReport(found.info, *found.dataset, fingerprintsOf(*found.dataset, progress), size, progress);
        found.secondsPerPhoto = vit::secondsPerPhoto(folder, found.dataset, progress);
        return found;
    };
    m_examination.run(look, [this](Examined found) {
        m_banner->clear();
        m_photos->showReport(found.report);
        m_examined = std::move(found);
        showLikely();
        updateState();
    });
    updateState();
}

void PhotosPage::showLikely() {
    std::vector<double> seconds;
    const Model* chosen = model();
    if (chosen != nullptr && m_examined)
        for (const RungRow& row : rungTable())
            seconds.push_back(likelySeconds(row.rung, chosen->config, m_examined->secondsPerPhoto,
                                            m_examined->report.train, m_examined->report.test, std::ssize(m_examined->report.classes), m_rungs->epochs()));
    m_rungs->showLikely(seconds);
}

void PhotosPage::start() {
    const Model* chosen = model();
    if (chosen == nullptr || !m_examined) return;
    m_banner->clear();
    m_result->hide();
    m_rungs->clearResults();
    LadderRequest request;
    request.model = chosen->folder;
    request.data = m_examined->info.name;
    request.rungs = m_rungs->chosen();
    request.epochs = m_rungs->epochs();
    m_runner->start(request);
    updateState();
}

void PhotosPage::finish(const Climbed& climbed) {
    m_climbed = climbed;
    m_banner->clear();
    const LadderResult& ladder = *climbed.ladder;
    m_rungs->showResults(ladder);
    QString text = qstr(verdict(ladder));
    if (climbed.best)
        text += " " + tr("The photos below are those that %1 is wrong about; a double click looks into one.")
                          .arg(qstr(climbed.best->evaluation.summary.subject.run));
    for (const std::string& note : ladder.notes) text += "\n" + qstr(note);
    m_verdict->setText(text);
    m_curve->setVisible(ladder.curve.has_value());
    if (ladder.curve) m_curve->setCurve(*ladder.curve);
    m_images->setVisible(climbed.best != nullptr);
    m_images->setResult(climbed.best);
    m_show->setVisible(climbed.best != nullptr);
    m_result->show();
    findModels();
    updateState();
    QTimer::singleShot(0, this, [this] { m_scroll->ensureWidgetVisible(m_result); });
}

void PhotosPage::updateState() {
    const bool running = m_runner->running();
    const bool busy = running || m_examination.running();
    QString problem;
    if (running) problem = tr("At work; the ways that train can be watched on the Train page.");
    else if (m_examination.running()) problem = tr("The photos are looked at.");
    else if (m_bridge.busy()) problem = tr("Wait until what goes on has ended.");
    else if (m_models.empty()) problem = tr("There is no model to begin with: train one on the Train page, for instance with "
                                            "the preset First steps.");
    else if (!m_examined) problem = tr("Choose a folder of photos first.");
    else if (m_rungs->chosen().empty()) problem = tr("Choose a way at least.");
    m_start->setEnabled(problem.isEmpty());
    m_start->setToolTip(problem.isEmpty() ? tr("Go the ways that are chosen, one after the other") : problem);
    m_hint->setText(problem.isEmpty() ? tr("Features are computed once and kept: another start takes less time.") : problem);
    m_photos->setBusy(busy);
    m_model->setEnabled(!busy && !m_models.empty());
    m_rungs->setBusy(running);
}

}  // namespace vit::ui
