// SPDX-License-Identifier: GPL-3.0-or-later
// Picks the images of a cell, of a class, or the notable ones.
#include "ui/pages/evaluate/evaluated_images.h"

#include "core/evaluation/notable_images.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/data/thumbnail_delegate.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

constexpr std::size_t kMostNotable = 200;

QString countText(std::size_t count) {
    return count == 1 ? EvaluatedImages::tr("1 image")
                      : EvaluatedImages::tr("%1 images").arg(withThousands(static_cast<std::int64_t>(count)));
}

}  // namespace

void EvaluatedImagesModel::setImages(std::shared_ptr<const EvaluatedSplit> result, std::vector<std::int64_t> places) {
    m_result = std::move(result);
    if (m_result)
        setSelection(DatasetSelection(m_result->dataset, m_result->split, m_result->cut, std::move(places)));
    else
        setSelection({});
}

QVariant EvaluatedImagesModel::data(const QModelIndex& index, int role) const {
    const bool ours = role == Qt::DisplayRole || role == Qt::ToolTipRole;
    if (!ours || !checkIndex(index, CheckIndexOption::IndexIsValid)) return DatasetModel::data(index, role);
    const auto place = static_cast<std::size_t>(selection().indexInSplit(index.row()));
    const ImagePrediction& image = m_result->evaluation.images[place];
    const auto& names = m_result->evaluation.classes.names;
    const QString predicted = QString::fromStdString(names[static_cast<std::size_t>(image.predicted)]);
    const QString confidence = percentText(image.confidence);
    if (role == Qt::DisplayRole) return predicted;
    const QString truth = selection().className(index.row());
    return tr("%1, taken for %2 (%3)\n%4\nDouble click or Enter opens it in Inspect")
        .arg(truth, predicted, confidence, selection().title(index.row()));
}

EvaluatedImages::EvaluatedImages(QWidget* parent, const QString& name) : QFrame(parent) {
    setRole(this, "card");
    m_heading = new QLabel(this);
    m_heading->setObjectName("evaluatedImagesHeading");
    m_heading->setTextFormat(Qt::PlainText);
    const auto button = [this](const char* name, const QString& text, const QString& tip) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(name);
        made->setToolTip(tip);
        return made;
    };
    auto* errors = button("confidentErrors", tr("Confident errors"),
                          tr("Show the images that the model is wrong about and most sure of"));
    auto* hits = button("uncertainHits", tr("Uncertain hits"),
                        tr("Show the images that the model is right about with the least certainty"));
    m_model = new EvaluatedImagesModel(this);
    m_view = new QListView(this);
    m_view->setObjectName(name);
    m_view->setAccessibleName(tr("Images"));
    m_view->setViewMode(QListView::IconMode);
    m_view->setMovement(QListView::Static);
    m_view->setResizeMode(QListView::Adjust);
    m_view->setUniformItemSizes(true);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setMouseTracking(true);
    m_view->setItemDelegate(new ThumbnailDelegate(m_view));
    m_view->setModel(m_model);

    auto* top = new QHBoxLayout;
    top->setSpacing(kSpace);
    top->addWidget(m_heading, 1);
    top->addWidget(errors);
    top->addWidget(hits);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpaceSmall);
    layout->setSpacing(kSpaceSmall);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    connect(errors, &QPushButton::clicked, this, &EvaluatedImages::showConfidentErrors);
    connect(hits, &QPushButton::clicked, this, &EvaluatedImages::showUncertainHits);
    connect(m_view, &QListView::activated, this, [this](const QModelIndex& index) {
        const DatasetSelection& images = m_model->selection();
        const int row = index.row();
        if (const auto image = m_model->open(row)) Q_EMIT imageChosen(image, images.title(row), images.className(row));
    });
    connect(m_model, &DatasetModel::failed, this, &EvaluatedImages::failed);
}

void EvaluatedImages::setResult(std::shared_ptr<const EvaluatedSplit> result) {
    m_result = std::move(result);
    if (m_result) showConfidentErrors();
    else show({}, {});
}

void EvaluatedImages::show(const QString& heading, std::vector<std::int64_t> places) {
    m_heading->setText(heading);
    m_model->setImages(m_result, std::move(places));
    m_view->scrollToTop();
}

template <typename Condition>
std::vector<std::int64_t> EvaluatedImages::placesWhere(Condition condition) const {
    std::vector<std::int64_t> places;
    const auto& images = m_result->evaluation.images;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (condition(images[i])) places.push_back(static_cast<std::int64_t>(i));
    return places;
}

void EvaluatedImages::showCell(int truth, int predicted) {
    if (!m_result) return;
    auto places = placesWhere([=](const ImagePrediction& image) {
        return image.label == truth && image.predicted == predicted;
    });
    const auto& names = m_result->evaluation.classes.names;
    const QString heading = QStringLiteral("%1 → %2: %3")
                                .arg(QString::fromStdString(names[static_cast<std::size_t>(truth)]),
                                     QString::fromStdString(names[static_cast<std::size_t>(predicted)]),
                                     countText(places.size()));
    show(heading, std::move(places));
}

void EvaluatedImages::showClass(int index) {
    if (!m_result) return;
    auto places = placesWhere([=](const ImagePrediction& image) { return image.label == index; });
    const std::string& name = m_result->evaluation.classes.names[static_cast<std::size_t>(index)];
    const QString heading = QStringLiteral("%1: %2").arg(QString::fromStdString(name), countText(places.size()));
    show(heading, std::move(places));
}

void EvaluatedImages::showConfidentErrors() {
    if (!m_result) return;
    auto places = mostConfidentErrors(m_result->evaluation.images, kMostNotable);
    const QString heading = places.empty() ? tr("Not one image is taken for another class")
                                           : tr("Wrong and most sure: %1").arg(countText(places.size()));
    show(heading, std::move(places));
}

void EvaluatedImages::showUncertainHits() {
    if (!m_result) return;
    auto places = leastCertainHits(m_result->evaluation.images, kMostNotable);
    const QString heading = places.empty() ? tr("Not one image is told right")
                                           : tr("Right and least sure: %1").arg(countText(places.size()));
    show(heading, std::move(places));
}

}  // namespace vit::ui
