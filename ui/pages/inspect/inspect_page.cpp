// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the page's parts: where pictures come from, what is made of them, and what the model says.
#include "ui/pages/inspect/inspect_page.h"

#include "core/inspect/loaded_model.h"
#include "core/inspect/patches.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/theme.h"
#include "ui/pages/data/dataset_loader.h"
#include "ui/pages/inspect/dataset_picker.h"
#include "ui/pages/inspect/image_view.h"
#include "ui/pages/inspect/patch_details.h"
#include "ui/pages/inspect/patch_grid_view.h"
#include "ui/pages/inspect/patch_panel.h"
#include "ui/pages/inspect/picture_card.h"
#include "ui/pages/inspect/prediction_feed.h"
#include "ui/pages/inspect/prediction_panel.h"
#include "ui/pages/inspect/source_bar.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/qimage_convert.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

// While a name or a size is typed, no data set is opened for each letter of it.
constexpr int kConfigDelayMs = 300;

bool cutAlike(const ModelConfig& a, const ModelConfig& b) {
    return a.imageSize == b.imageSize && a.patchSize == b.patchSize;
}

}  // namespace

InspectPage::InspectPage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_prompts(prompts),
      m_feed(new PredictionFeed(bridge, this)),
      m_loader(new DatasetLoader(std::move(store), this)),
      m_photoFolder(QStandardPaths::writableLocation(QStandardPaths::PicturesLocation)) {
    setAcceptDrops(true);
    m_bar = new SourceBar(this);
    m_picker = m_bar->picker();
    m_banner = new Banner(this);
    m_banner->setObjectName("inspectBanner");
    makeEmptyState();
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName("inspectStack");
    m_stack->addWidget(m_empty);
    m_stack->addWidget(makeContent());

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addWidget(m_bar);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);

    m_configDelay.setSingleShot(true);
    m_configDelay.setInterval(kConfigDelayMs);
    connectParts();
    connectDataset();
    connectPredictions();
    updateEmptyState();
}

void InspectPage::makeEmptyState() {
    m_empty = new EmptyState("photo", {}, {}, this);
    connect(m_empty->addButton("inspectEmptyOpen", tr("Open photo…")), &QPushButton::clicked, this,
            &InspectPage::openPhotoDialog);
    m_emptySample = m_empty->addButton("inspectEmptySample", tr("Show an image of the data set"));
    connect(m_emptySample, &QPushButton::clicked, this, [this] { m_bar->setSource(SourceBar::Source::Dataset); });
}

void InspectPage::updateEmptyState() {
    const bool photo = m_bar->source() == SourceBar::Source::Photo;
    m_emptySample->setVisible(photo);
    if (photo) {
        m_empty->setTitle(tr("Drop a photo here"));
        m_empty->setText(
            tr("Or open or paste one, to see the model's input, its patches and the five classes that the "
               "model finds most probable. While a model trains, its answer is renewed after each epoch."));
    } else if (m_loader->loading()) {
        m_empty->setTitle(tr("Opening %1…").arg(m_loader->name()));
        m_empty->setText({});
    } else {
        m_empty->setTitle(tr("There is no such image"));
        m_empty->setText(m_loader->dataset() ? tr("Choose another split or class above.")
                                             : tr("Get the data set on the Data page, or open a photo."));
    }
}

QWidget* InspectPage::makeContent() {
    auto* content = new QWidget(this);
    m_original = new PictureCard(tr("Original"), "originalView", content);
    m_input = new PictureCard(tr("Model's input"), "inputView", content);
    m_input->view()->setPixelated(true);
    m_patches = new PatchPanel(content);
    m_predictions = new PredictionPanel(content);
    m_details = new PatchDetails(content);

    const auto column = [](QWidget* upper, QWidget* lower, int upperStretch) {
        auto* layout = new QVBoxLayout;
        layout->setSpacing(kSpace + kSpaceSmall);
        layout->addWidget(upper, upperStretch);
        layout->addWidget(lower, 1);
        return layout;
    };
    auto* layout = new QHBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addLayout(column(m_original, m_input, 1), 4);
    layout->addWidget(m_patches, 8);
    layout->addLayout(column(m_predictions, m_details, 0), 5);
    return content;
}

void InspectPage::connectParts() {
    connect(m_bar, &SourceBar::openRequested, this, &InspectPage::openPhotoDialog);
    connect(m_bar, &SourceBar::pasteRequested, this, &InspectPage::pastePhoto);
    connect(m_bar, &SourceBar::sourceChanged, this, [this] {
        m_banner->clear();
        showCurrent();
        loadDataset();
    });
    connect(m_picker, &DatasetPicker::failed, m_banner, &Banner::showError);
    connect(m_picker, &DatasetPicker::picked, this, &InspectPage::showPicked);
    connect(&m_decoding, &Job::failed, m_banner, &Banner::showError);
    connect(&m_preparing, &Job::failed, m_banner, &Banner::showError);
    connect(m_patches, &PatchPanel::sourceChosen, this, &InspectPage::updatePatchSource);
    connect(m_patches->view(), &PatchGridView::selectedChanged, this,
            [this](int index) { m_details->showPatch(m_patches->view()->grid(), index); });
}

void InspectPage::connectDataset() {
    connect(&m_configDelay, &QTimer::timeout, this, &InspectPage::loadDataset);
    connect(m_banner, &Banner::cancelRequested, m_loader, &DatasetLoader::cancel);
    connect(m_loader, &DatasetLoader::progressed, this, [this](const QString& what, qint64 done, qint64 total) {
        if (m_bar->source() == SourceBar::Source::Dataset) m_banner->showProgress(what, done, total);
    });
    connect(m_loader, &DatasetLoader::loaded, this, [this] {
        m_banner->clearProgress();
        offerImages();
        prepareInput();
    });
    connect(m_loader, &DatasetLoader::failed, this, &InspectPage::onDatasetFailed);
}

void InspectPage::connectPredictions() {
    connect(m_feed, &PredictionFeed::predicted, m_predictions, &PredictionPanel::showPrediction);
    connect(m_feed, &PredictionFeed::unavailable, m_predictions, &PredictionPanel::showMessage);
    connect(m_feed, &PredictionFeed::modelChanged, this, [this](const Config& config) {
        m_predictions->beginModel();
        m_modelConfig = config;
        updatePatchSource();
    });
}

bool InspectPage::openPhoto(const QString& path) {
    const QFileInfo file(path);
    QString problem;
    if (!file.exists()) problem = tr("%1 is not there any more.").arg(path);
    else if (file.isDir()) problem = tr("%1 is a folder. Open a photo in it.").arg(path);
    else if (!file.isReadable()) problem = tr("%1 may not be read: allow reading it, or open a copy.").arg(path);
    if (!problem.isEmpty()) {
        m_banner->showError(problem);
        return false;
    }
    m_photoFolder = file.absolutePath();
    decode([path] { return loadPhoto(path); });
    return true;
}

void InspectPage::openPhotoDialog() {
    const QString path = m_prompts.openFile(this, tr("Open photo"), m_photoFolder, imageFilter());
    if (!path.isEmpty()) openPhoto(path);
}

void InspectPage::pastePhoto() {
    if (!take(QGuiApplication::clipboard()->mimeData(), tr("Pasted picture")))
        m_banner->showError(tr("There is no picture on the clipboard. Copy one, or an image file, and paste again."));
}

bool InspectPage::take(const QMimeData* mime, const QString& title) {
    if (!mime) return false;
    for (const QUrl& url : mime->urls()) {
        if (!url.isLocalFile()) continue;
        openPhoto(url.toLocalFile());
        return true;
    }
    if (!mime->hasImage()) return false;
    decode([image = mime->imageData().value<QImage>(), title] { return photoFromQImage(image, title); });
    return true;
}

void InspectPage::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() || event->mimeData()->hasImage()) event->acceptProposedAction();
}

void InspectPage::dropEvent(QDropEvent* event) {
    if (take(event->mimeData(), tr("Dropped picture"))) return event->acceptProposedAction();
    m_banner->showError(tr("Only files on this computer can be dropped. Save the picture first, then drop its file."));
}

void InspectPage::showImage(std::shared_ptr<const vit::Image> image, const QString& title) {
    decode([image = std::move(image), title] { return photoFromImage(image, title); });
}

void InspectPage::decode(std::function<Photo()> decoder) {
    m_decoding.run([decoder = std::move(decoder)](const Progress&) { return decoder(); },
                   [this](const Photo& photo) {
                       m_banner->clear();
                       m_photo = photo;
                       if (m_bar->source() == SourceBar::Source::Photo) {
                           showCurrent();
                           loadDataset();
                       } else {
                           m_bar->setSource(SourceBar::Source::Photo);
                       }
                       if (!photo.path.isEmpty()) Q_EMIT photoOpened(photo.path);
                   });
}

const Photo& InspectPage::current() const {
    return m_bar->source() == SourceBar::Source::Photo ? m_photo : m_sample;
}

void InspectPage::showPicked() {
    m_sample = {};
    if (!m_picker->empty()) {
        const DatasetSelection& selection = m_picker->selection();
        const auto position = m_picker->position();
        m_sample = photoFromImage(selection.image(position), selection.title(position), selection.className(position));
    }
    if (m_bar->source() == SourceBar::Source::Dataset) showCurrent();
}

void InspectPage::showCurrent() {
    const Photo& photo = current();
    m_stack->setCurrentIndex(photo ? 1 : 0);
    updateEmptyState();
    m_predictions->beginPicture(photo.trueClass);
    m_feed->setImage(photo.image);
    if (!photo) return;
    m_original->view()->setImage(photo.full, photo.preview);
    m_original->setCaption(photo.title + '\n' + sizeText(photo.full.width(), photo.full.height()));
    prepareInput();
}

void InspectPage::setConfig(const vit::Config& config) {
    const bool same = m_config && m_config->model == config.model && m_config->data == config.data;
    m_config = config;
    if (!same) updatePatchSource();
}

void InspectPage::setRun(const std::filesystem::path& folder) { m_feed->setRun(folder); }

void InspectPage::showEvent(QShowEvent*) { loadDataset(); }

// Needed for its images, which are the form's, and for the size that a photo is brought to first; so not before there
// is something to show.
void InspectPage::loadDataset() {
    const bool images = m_bar->source() == SourceBar::Source::Dataset;
    if (!(images || m_photo) || !m_config || !isVisible()) return;
    const Config& config = images ? *m_config : shownConfig();
    m_loader->load(QString::fromStdString(config.data.name), config.model.imageSize);
    if (m_loader->dataset()) offerImages();
    updateEmptyState();
}

void InspectPage::offerImages() {
    const auto& dataset = m_loader->dataset();
    if (dataset->name() == m_config->data.name) m_picker->setDataset(dataset, m_config->data);
}

void InspectPage::onDatasetFailed(const QString& problem) {
    m_banner->clearProgress();
    if (m_bar->source() == SourceBar::Source::Photo) return;  // it can be looked at without
    m_picker->setDataset(nullptr, m_config->data);
    updateEmptyState();
    m_banner->showError(problem);
}

// Where the model that is shown and the form cut a picture differently, the switch decides.
void InspectPage::updatePatchSource() {
    const bool differ = m_config && m_modelConfig && !cutAlike(m_config->model, m_modelConfig->model);
    m_patches->setSourcesDiffer(differ);
    QString note;
    if (differ && m_patches->source() == PatchPanel::OfForm) {
        const ModelConfig& model = m_modelConfig->model;
        const int side = static_cast<int>(model.imageSize);
        note = tr("This model itself sees %1 in patches of %2 px.").arg(sizeText(side, side)).arg(model.patchSize);
    }
    m_predictions->setModelNote(note);
    prepareInput();
    m_configDelay.start();
}

bool InspectPage::showsModel() const {
    if (!m_modelConfig) return false;
    return cutAlike(m_config->model, m_modelConfig->model) || m_patches->source() == PatchPanel::OfModel;
}

const Config& InspectPage::shownConfig() const { return showsModel() ? *m_modelConfig : *m_config; }

void InspectPage::prepareInput() {
    if (!current() || !m_config) return;
    const std::uint64_t request = ++m_inputRequest;
    if (!showsModel()) return makeInput();
    // The model's own, not one that is made like it.
    const auto look = [image = current().image](LoadedModel& model) {
        const ModelConfig& config = model.config().model;
        const PatchGrid grid = cutPatches(model.look(*image).picture, static_cast<int>(config.imageSize),
                                          static_cast<int>(config.patchSize));
        return ModelInput{grid, model.nativeShape()};
    };
    m_bridge.ask(this, look, [this, request](const Reply<ModelInput>& reply) {
        if (request != m_inputRequest) return;  // of a picture, a model or a choice before
        if (reply.answer) showInput(*reply.answer);
        else makeInput();  // it is being opened, or could not be
    });
}

// As a configuration says, without a model.
void InspectPage::makeInput() {
    const Config& config = shownConfig();
    std::optional<Dataset::Shape> native;
    const auto& dataset = m_loader->dataset();
    if (dataset && dataset->name() == config.data.name) native = dataset->shape();
    m_preparing.run(
        [image = current().image, model = config.model, native](const Progress&) {
            return makeModelInput(*image, model, native);
        },
        [this, request = m_inputRequest](const ModelInput& input) {
            if (request == m_inputRequest) showInput(input);
        });
}

void InspectPage::showInput(const ModelInput& input) {
    m_input->view()->setImage(toQImage(input.grid.image));
    m_input->setCaption(describeSize(input));
    m_patches->setGrid(input.grid);
}

}  // namespace vit::ui
