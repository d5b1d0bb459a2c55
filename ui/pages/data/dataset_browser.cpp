// SPDX-License-Identifier: GPL-3.0-or-later
// Wires class list, splits, the augmentation switch and the thumbnails.
#include "ui/pages/data/dataset_browser.h"

#include "core/base/error.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/data/class_count_model.h"
#include "ui/pages/data/dataset_model.h"
#include "ui/pages/data/thumbnail_delegate.h"
#include "ui/widgets/segments.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <tuple>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kClassListWidth = 220;

}  // namespace

DatasetBrowser::DatasetBrowser(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addWidget(makeClassList());
    layout->addWidget(makeThumbnails(), 1);
    connectParts();
}

QWidget* DatasetBrowser::makeClassList() {
    auto* card = new QFrame(this);
    setRole(card, "card");
    card->setFixedWidth(kClassListWidth);
    m_search = new QLineEdit(card);
    m_search->setObjectName("classSearch");
    m_search->setPlaceholderText(tr("Find a class"));
    m_search->setAccessibleName(tr("Find a class"));
    m_search->setToolTip(tr("Show only classes with these letters in their name"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon("search", IconTint::Muted), QLineEdit::LeadingPosition);

    m_classModel = new ClassCountModel(this);
    m_classes = new QTableView(card);
    m_classes->setObjectName("classList");
    m_classes->setAccessibleName(tr("Classes"));
    m_classes->setModel(m_classModel);
    m_classes->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_classes->setSelectionMode(QAbstractItemView::SingleSelection);
    m_classes->setTabKeyNavigation(false);
    m_classes->setShowGrid(false);
    m_classes->verticalHeader()->hide();
    m_classes->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace);
    m_classes->horizontalHeader()->setHighlightSections(false);
    m_classes->horizontalHeader()->setSectionResizeMode(ClassCountModel::Name, QHeaderView::Stretch);
    m_classes->horizontalHeader()->setSectionResizeMode(ClassCountModel::Count, QHeaderView::ResizeToContents);

    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_search);
    layout->addWidget(m_classes, 1);
    return card;
}

QWidget* DatasetBrowser::makeThumbnails() {
    auto* card = new QFrame(this);
    setRole(card, "card");
    m_thumbnails = makeThumbnailView();
    m_footer = new QLabel(card);
    m_footer->setObjectName("thumbnailFooter");
    setRole(m_footer, "muted");
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpace);
    layout->addLayout(makeChoices());
    layout->addWidget(m_thumbnails, 1);
    layout->addWidget(m_footer);
    return card;
}

// Of which split, and whether as they are or as they are trained on.
QLayout* DatasetBrowser::makeChoices() {
    m_splits = new Segments(this);
    for (const Split split : {Split::Train, Split::Validation, Split::Test})
        m_splits->add(static_cast<int>(split), QStringLiteral("split-") + splitName(split), splitTitle(split),
                      tr("Show the images of this split"));
    m_augmented = new QCheckBox(tr("As augmented"), this);
    m_augmented->setObjectName("asAugmented");
    m_augmented->setToolTip(tr("Show the images as the model sees them while it trains: resized, flipped, turned and "
                               "zoomed as the experiment says"));
    m_reshuffle = new QToolButton(this);
    m_reshuffle->setObjectName("reshuffle");
    m_reshuffle->setIcon(icon("shuffle"));
    m_reshuffle->setToolTip(tr("Augment them anew, as another epoch would"));
    m_reshuffle->setAccessibleName(tr("Augment anew"));
    m_reshuffle->setFocusPolicy(Qt::StrongFocus);
    m_reshuffle->setEnabled(false);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_splits);
    row->addStretch();
    row->addWidget(m_augmented);
    row->addWidget(m_reshuffle);
    return row;
}

QListView* DatasetBrowser::makeThumbnailView() {
    m_model = new DatasetModel(this);
    auto* view = new QListView(this);
    view->setObjectName("thumbnails");
    view->setAccessibleName(tr("Images"));
    view->setViewMode(QListView::IconMode);
    view->setMovement(QListView::Static);
    view->setResizeMode(QListView::Adjust);
    view->setUniformItemSizes(true);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setMouseTracking(true);
    view->setItemDelegate(new ThumbnailDelegate(view));
    view->setModel(m_model);
    return view;
}

void DatasetBrowser::connectParts() {
    connect(m_search, &QLineEdit::textChanged, this, &DatasetBrowser::filterClasses);
    connect(m_classes->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &DatasetBrowser::showImages);
    connect(m_splits, &Segments::chosenChanged, this, &DatasetBrowser::showSplit);
    connect(m_augmented, &QCheckBox::toggled, this, &DatasetBrowser::showAugmentation);
    connect(m_reshuffle, &QToolButton::clicked, this, [this] {
        ++m_seed;
        showAugmentation();
    });
    // Double click, and Enter where that is what the desktop activates with.
    connect(m_thumbnails, &QListView::activated, this, &DatasetBrowser::choose);
    connect(m_model, &DatasetModel::failed, this, &DatasetBrowser::failed);
}

Split DatasetBrowser::split() const { return static_cast<Split>(m_splits->chosen()); }

int DatasetBrowser::selectedClass() const {
    const QModelIndex current = m_classes->currentIndex();
    return current.isValid() ? current.data(ClassCountModel::ClassRole).toInt() : DatasetSelection::kAllClasses;
}

void DatasetBrowser::setDataset(std::shared_ptr<const Dataset> dataset) {
    if (dataset == m_dataset) return;
    m_dataset = std::move(dataset);
    m_search->clear();
    showSplit();
}

void DatasetBrowser::setConfig(const Config& config) {
    const auto cut = [](const DataConfig& data) {
        return std::tuple(data.name, data.validationShare, data.validationSplit, data.validationSeed, data.trainLimit);
    };
    const bool sameData = cut(config.data) == cut(m_config.data);
    const bool sameInput = config.augmentation == m_config.augmentation &&
                           config.model.inputSize() == m_config.model.inputSize();
    m_config = config;
    if (!sameData) showSplit();
    if (!sameInput) showAugmentation();
}

void DatasetBrowser::showSplit() {
    if (!m_dataset) return showNothing({});
    try {
        countSplits();
        if (!m_classes->currentIndex().isValid()) m_classes->selectRow(0);  // which shows the images
        else showImages();
    } catch (const Error& error) {  // a validation share that leaves none of few images for training
        showNothing(QString::fromUtf8(error.what()));
    }
}

void DatasetBrowser::countSplits() {
    const auto view = [this, cut = cutFor(*m_dataset, m_config.data)](Split split) {
        return DatasetView(m_dataset, split, cut);
    };
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        const QString count = withThousands(view(split).count());
        m_splits->setText(static_cast<int>(split), QStringLiteral("%1  %2").arg(splitTitle(split), count));
    }
    m_classModel->setClasses(m_dataset->classNames(), classCounts(view(split())));
}

void DatasetBrowser::showNothing(const QString& why) {
    m_classModel->clear();
    m_model->setSelection({});
    m_footer->setText(why);
}

void DatasetBrowser::showImages() {
    if (!m_dataset) return;
    m_model->setSelection(DatasetSelection(m_dataset, split(), cutFor(*m_dataset, m_config.data), selectedClass()));
    m_thumbnails->scrollToTop();
    const auto count = m_model->selection().count();
    const QString images = count == 1 ? tr("1 image") : tr("%1 images").arg(withThousands(count));
    m_footer->setText(count == 0 ? tr("There are no such images.")
                                 : tr("%1 · double click or Enter looks at one in Inspect").arg(images));
}

void DatasetBrowser::showAugmentation() {
    m_reshuffle->setEnabled(m_augmented->isChecked());
    if (m_augmented->isChecked()) m_model->showAugmented(m_config, m_seed);
    else m_model->showOriginals();
}

void DatasetBrowser::filterClasses(const QString& text) {
    for (int row = 1; row < m_classModel->rowCount(); ++row) {
        const QString name = m_classModel->index(row, ClassCountModel::Name).data().toString();
        m_classes->setRowHidden(row, !name.contains(text, Qt::CaseInsensitive));
    }
}

void DatasetBrowser::choose(const QModelIndex& index) {
    const DatasetSelection& images = m_model->selection();
    const int row = index.row();
    if (const auto image = m_model->open(row)) Q_EMIT imageChosen(image, images.title(row), images.className(row));
}

}  // namespace vit::ui
