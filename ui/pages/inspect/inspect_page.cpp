// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the page's parts: where pictures come from, what is made of them, and what the model says.
#include "ui/pages/inspect/inspect_page.h"

#include "core/base/error.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/patches.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/theme.h"
#include "ui/pages/data/dataset_loader.h"
#include "ui/pages/inspect/dataset_picker.h"
#include "ui/pages/inspect/image_view.h"
#include "ui/pages/inspect/lenses/lens_deck.h"
#include "ui/pages/inspect/patch_details.h"
#include "ui/pages/inspect/patch_grid_view.h"
#include "ui/pages/inspect/patch_panel.h"
#include "ui/pages/inspect/photo_opener.h"
#include "ui/pages/inspect/picture_card.h"
#include "ui/pages/inspect/pins/pin_keeper.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"
#include "ui/pages/inspect/pins/pinned_strip.h"
#include "ui/pages/inspect/prediction_feed.h"
#include "ui/pages/inspect/prediction_panel.h"
#include "ui/pages/inspect/source_bar.h"
#include "ui/pages/inspect/time/epoch_bar.h"
#include "ui/pages/inspect/time/inspect_time.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/qimage_convert.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

// While a name or a size is typed, no data set is opened for each letter of it.
constexpr int kConfigDelayMs = 300;

bool cutAlike(const ModelConfig& a, const ModelConfig& b) {
    return a.inputSize() == b.inputSize() && a.patchSize == b.patchSize;
}

}  // namespace

InspectPage::InspectPage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_store(std::move(store)),
      m_prompts(prompts),
      m_feed(new PredictionFeed(bridge, this)),
      m_loader(new DatasetLoader(m_store, this)),
      m_opener(new PhotoOpener(prompts, this)) {
    setAcceptDrops(true);
    m_bar = new SourceBar(this);
    m_picker = m_bar->picker();
    m_banner = new Banner(this);
    m_banner->setObjectName("inspectBanner");
    makeEmptyState();
    makePins();
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
    layout->addWidget(m_strip);

    m_configDelay.setSingleShot(true);
    m_configDelay.setInterval(kConfigDelayMs);
    connectParts();
    connectDataset();
    connectPredictions();
    connectPins();
    updateEmptyState();
    updatePin();
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
    m_deck = new LensDeck(m_bridge, m_store, m_prompts, content);
    m_patches = m_deck->patches();
    m_details = m_deck->patchDetails();
    m_predictions = new PredictionPanel(content);
    m_original->addButton(m_pin);
    m_original->view()->addAction(m_pin);
    m_original->view()->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_time = new InspectTime({m_bridge, m_prompts, *m_deck, *m_feed, *m_predictions, *m_pins}, content);

    const auto column = [](QWidget* upper, QWidget* lower, int upperStretch) {
        auto* layout = new QVBoxLayout;
        layout->setSpacing(kSpace + kSpaceSmall);
        layout->addWidget(upper, upperStretch);
        layout->addWidget(lower, 1);
        return layout;
    };
    auto* columns = new QHBoxLayout;
    columns->setSpacing(kSpace + kSpaceSmall);
    auto* looking = new QHBoxLayout;
    looking->setSpacing(kSpace + kSpaceSmall);
    looking->addWidget(m_time->view(), 8);
    looking->addLayout(column(m_predictions, m_deck->controls(), 0), 5);
    auto* lenses = new QVBoxLayout;
    lenses->setSpacing(kSpace + kSpaceSmall);
    lenses->addWidget(m_deck->bar());
    lenses->addLayout(looking, 1);
    columns->addLayout(column(m_original, m_input, 1), 3);
    columns->addLayout(lenses, 14);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addLayout(columns, 1);
    layout->addWidget(m_time->bar());
    return content;
}

void InspectPage::makePins() {
    m_pins = new PinnedPictures(this);
    m_keeper = new PinKeeper(*m_pins, this);
    m_strip = new PinnedStrip(*m_pins, this);
    m_pin = new QAction(icon("pin"), tr("Pin this picture"), this);
    m_pin->setObjectName("inspectPin");
    m_pin->setCheckable(true);
    m_pin->setShortcut(QKeySequence("Ctrl+D"));
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
    connect(m_opener, &PhotoOpener::failed, m_banner, &Banner::showError);
    connect(m_opener, &PhotoOpener::opened, this, [this](const Photo& photo) {
        showPhoto(photo);
        if (!photo.path.isEmpty()) Q_EMIT photoOpened(photo.path);
    });
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
    connect(m_feed, &PredictionFeed::unavailable, m_predictions, &PredictionPanel::showMessage);
    connect(&m_bridge, &SessionBridge::epochDone, m_deck, &LensDeck::renew);
    connect(&m_bridge, &SessionBridge::modelRenewed, m_deck, &LensDeck::renew);
    connect(&m_bridge, &SessionBridge::runFinished, m_deck, &LensDeck::renew);
    connect(m_deck, &LensDeck::failed, m_banner, &Banner::showError);
    connect(m_deck, &LensDeck::imageChosen, this, &InspectPage::showImage);
    connect(m_feed, &PredictionFeed::modelChanged, this, [this](const Config& config) {
        m_predictions->beginModel();
        m_time->setModel(m_feed->modelFolder(), config);
        showModel(config);
    });
    connect(m_feed, &PredictionFeed::modelMissing, this, [this] { showModel({}); });
    connect(m_time, &InspectTime::failed, m_banner, &Banner::showError);
    connect(m_time, &InspectTime::savingProgressed, m_banner, &Banner::showProgress);
    connect(m_time, &InspectTime::savingEnded, m_banner, &Banner::clearProgress);
    connect(m_time, &InspectTime::filmSaved, this,
            [this](const QString& path) { Q_EMIT statusChanged(tr("Film saved to %1").arg(path)); });
    connect(m_banner, &Banner::cancelRequested, m_time, &InspectTime::cancelSaving);
    connect(m_deck, &LensDeck::exported, this,
            [this](const QString& path) { Q_EMIT statusChanged(tr("Saved to %1").arg(path)); });
}

void InspectPage::connectPins() {
    connect(m_pin, &QAction::triggered, this, &InspectPage::togglePin);
    connect(m_strip, &PinnedStrip::chosen, this, &InspectPage::showPinned);
    connect(m_pins, &PinnedPictures::picturesChanged, this, [this] {
        const int row = m_pins->rowOf(current());
        const bool sameAgain = row >= 0 && m_pins->photo(row).image != current().image;
        if (sameAgain) showCurrent();  // it has been opened twice
        updatePin();
        Q_EMIT pinsChanged(m_pins->paths());
    });
    connect(m_keeper, &PinKeeper::kept, this, [this] { Q_EMIT pinsChanged(m_pins->paths()); });
    connect(m_keeper, &PinKeeper::failed, m_banner, &Banner::showError);
}

void InspectPage::showModel(const std::optional<Config>& config) {
    m_modelConfig = config;
    m_deck->setModel(config);
    updatePatchSource();
}

bool InspectPage::openPhoto(const QString& path) { return m_opener->openFile(path); }

void InspectPage::openPhotoDialog() { m_opener->openByDialog(); }

void InspectPage::pastePhoto() { m_opener->paste(); }

void InspectPage::setPhotoFolder(const QString& folder) { m_opener->setFolder(folder); }

void InspectPage::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() || event->mimeData()->hasImage()) event->acceptProposedAction();
}

void InspectPage::dropEvent(QDropEvent* event) {
    if (m_opener->take(event->mimeData(), tr("Dropped picture"))) return event->acceptProposedAction();
    m_banner->showError(tr("Only files on this computer can be dropped. Save the picture first, then drop its file."));
}

void InspectPage::showImage(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass) {
    m_opener->openImage(std::move(image), title, trueClass);
}

void InspectPage::showPhoto(const Photo& photo) {
    m_banner->clear();
    m_photo = photo;
    if (m_bar->source() == SourceBar::Source::Photo) {
        showCurrent();
        loadDataset();
    } else {
        m_bar->setSource(SourceBar::Source::Photo);
    }
}

const Photo& InspectPage::current() const {
    return m_bar->source() == SourceBar::Source::Photo ? m_photo : m_sample;
}

void InspectPage::showPicked() {
    m_sample = {};
    if (!m_picker->empty()) {
        const DatasetSelection& selection = m_picker->selection();
        const auto position = m_picker->position();
        try {
            m_sample =
                photoFromImage(selection.image(position), selection.title(position), selection.className(position));
        } catch (const Error& fault) {  // a photo that is gone from the disk
            m_banner->showError(QString::fromUtf8(fault.what()));
        }
    }
    if (m_bar->source() == SourceBar::Source::Dataset) showCurrent();
}

void InspectPage::showPinned(int row) {
    const QString problem = m_pins->data(m_pins->index(row), PinnedPictures::ProblemRole).toString();
    if (!problem.isEmpty()) m_banner->showError(problem);
    if (!m_pins->photo(row)) {  // gone, or being opened: the picture before stays, once the click has been dealt with
        QTimer::singleShot(0, this, &InspectPage::updatePin);
        return;
    }
    m_opener->abandon();
    showPhoto(m_pins->photo(row));
}

void InspectPage::togglePin() {
    if (const int row = m_pins->rowOf(current()); row >= 0) m_pins->unpin(row);
    else m_pins->pin(current());
    updatePin();
}

void InspectPage::updatePin() {
    const int row = m_pins->rowOf(current());
    m_strip->setShown(row);
    m_strip->setVisible(m_pins->count() > 0 || current());
    m_pin->setChecked(row >= 0);
    m_pin->setEnabled(current() && (row >= 0 || !m_pins->full()));
    const QString key = m_pin->shortcut().toString(QKeySequence::NativeText);
    if (row >= 0) m_pin->setToolTip(tr("Unpin this picture (%1)").arg(key));
    else if (m_pins->full()) m_pin->setToolTip(tr("%1 pictures are pinned: unpin one first").arg(m_pins->count()));
    else m_pin->setToolTip(tr("Pin this picture (%1): predicted after each epoch, kept with the run").arg(key));
}

void InspectPage::pinAgain(const QStringList& paths, const QString& folder) { m_keeper->pinAgain(paths, folder); }

void InspectPage::showCurrent() {
    // One that is pinned is the very same, wherever it was opened from.
    if (const int row = m_pins->rowOf(current()); row >= 0) {
        const QString trueClass = current().trueClass;
        Photo& shown = m_bar->source() == SourceBar::Source::Photo ? m_photo : m_sample;
        shown = m_pins->photo(row);
        if (shown.trueClass.isEmpty()) shown.trueClass = trueClass;
    }
    const Photo& photo = current();
    m_stack->setCurrentIndex(photo ? 1 : 0);
    updateEmptyState();
    m_predictions->beginPicture(photo.trueClass);
    m_feed->setImage(photo.image);
    m_deck->setImage(photo.image, photo.trueClass.toStdString());
    m_time->setPhoto(photo);
    updatePin();
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
    m_loader->load(QString::fromStdString(config.data.name), config.model.inputSize());
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
        const ImageSize size = model.inputSize();
        note = tr("This model itself sees %1 in patches of %2 px.")
                   .arg(sizeText(static_cast<int>(size.width), static_cast<int>(size.height)))
                   .arg(model.patchSize);
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
        const PatchGrid grid =
            cutPatches(model.look(*image).picture, config.inputSize(), static_cast<int>(config.patchSize));
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
        [image = current().image, config, native](const Progress&) {
            return makeModelInput(*image, config, native);
        },
        [this, request = m_inputRequest](const ModelInput& input) {
            if (request == m_inputRequest) showInput(input);
        });
}

void InspectPage::showInput(const ModelInput& input) {
    m_input->view()->setImage(toQImage(input.grid.image));
    m_input->setCaption(describeSize(input));
    m_patches->setGrid(input.grid);
    m_time->setInput(input.grid.image);
}

}  // namespace vit::ui
