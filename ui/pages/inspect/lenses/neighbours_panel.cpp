// SPDX-License-Identifier: GPL-3.0-or-later
// Offers to look through the images, then shows the nearest ones.
#include "ui/pages/inspect/lenses/neighbours_panel.h"

#include "ui/lens/map_grid.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/data/dataset_selection.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/pages/inspect/lenses/neighbour_indexer.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/segments.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr std::size_t kMostNumbers = std::size_t{1} << 28;  // of all indices that are kept: 1 GiB

// An index keeps a model of its own, which is not in training.
bool sameMoment(const LoadedModel::State& a, const LoadedModel::State& b) {
    return a.name == b.name && a.epoch == b.epoch && a.step == b.step;
}

bool sameImages(const NeighbourIndex& a, const NeighbourIndex& b) {
    return &a.images.dataset() == &b.images.dataset() && a.images.split() == b.images.split();
}

// Of these weights, else what was made last of the same run: it has learned since.
NeighboursPanel::Index fitting(const std::vector<NeighboursPanel::Index>& indices, const LoadedModel::State& now,
                               Split split) {
    NeighboursPanel::Index best;
    for (const NeighboursPanel::Index& index : indices) {
        const LoadedModel::State& its = index->model->state();
        if (index->images.split() != split || its.name != now.name) continue;
        if (!best || !sameMoment(best->model->state(), now)) best = index;
    }
    return best;
}

NeighboursPanel::Answer compute(LoadedModel& model, const Image& image,
                                const std::vector<NeighboursPanel::Index>& indices, Split split) {
    NeighboursPanel::Answer answer;
    answer.now = model.state();
    answer.index = fitting(indices, answer.now, split);
    if (!answer.index) return answer;
    answer.predicted = answer.index->model->predict(image, 1).top.front();
    answer.found = nearest(*answer.index, image, LensSettings().count);
    const DatasetView& images = answer.index->images;
    for (const Neighbour& neighbour : answer.found) answer.pictures.push_back(images.image(neighbour.image));
    return answer;
}

QString placeText(const LoadedModel::State& state) {
    if (!state.training) return NeighboursPanel::tr("epoch %1").arg(state.epoch);
    return NeighboursPanel::tr("epoch %1, step %2").arg(state.epoch).arg(withThousands(state.step));
}

}  // namespace

NeighboursPanel::NeighboursPanel(SessionBridge& bridge, std::shared_ptr<DataStore> store, QWidget* parent)
    : LensPanel(bridge, parent), m_indexer(new NeighbourIndexer(bridge, std::move(store), this)) {
    m_banner = new Banner(content());
    m_banner->setObjectName("neighboursBanner");
    m_empty = new EmptyState("search", tr("Which images does the model find alike?"), {}, content());
    setRole(m_empty, "");
    m_start = m_empty->addButton("neighboursStart", tr("Look through the images"));
    m_grid = new MapGrid(content());
    m_grid->setObjectName("neighboursGrid");
    m_grid->setAccessibleName(tr("The most similar images, nearest first"));
    m_grid->setSharedScale(false);
    m_pages = new QStackedWidget(content());
    m_pages->addWidget(m_empty);
    m_pages->addWidget(m_grid);
    m_finding = new QLabel(content());
    m_finding->setObjectName("neighboursFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    m_finding->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_finding);
    makeControls();
    connect(m_start, &QPushButton::clicked, this, &NeighboursPanel::startIndex);
    connect(m_banner, &Banner::cancelRequested, this, &NeighboursPanel::endIndex);
    connect(m_grid, &MapGrid::tileClicked, this, &NeighboursPanel::choose);
    connect(m_indexer, &NeighbourIndexer::progressed, m_banner, &Banner::showProgress);
    connect(m_indexer, &NeighbourIndexer::failed, this, [this](const QString& problem) {
        endIndex();
        m_banner->showError(problem);
    });
    connect(m_indexer, &NeighbourIndexer::indexed, this, &NeighboursPanel::keep);
}

void NeighboursPanel::makeControls() {
    m_controls = new LensControls(tr("Neighbours"), this);
    m_split = new Segments(m_controls);
    for (const auto& [split, name] : {std::pair{Split::Train, "neighboursTrain"},
                                      std::pair{Split::Validation, "neighboursValidation"},
                                      std::pair{Split::Test, "neighboursTest"}}) {
        const QString text = split == Split::Validation ? tr("Valid.") : splitTitle(split);
        m_split->add(static_cast<int>(split), name, text,
                     tr("Look for them among the %1 images").arg(splitName(split)));
    }
    m_controls->add(tr("Among"), m_split);
    m_about = m_controls->addText("neighboursAbout");
    m_anew = new QPushButton(tr("Look through them anew"), m_controls);
    m_anew->setObjectName("neighboursAnew");
    m_anew->setToolTip(tr("With the weights that the model has now"));
    m_anew->hide();
    m_controls->add(m_anew);
    m_controls->addText("neighboursHint")
        ->setText(tr("Framed: of the class that the model predicts for the picture. ✓: of the picture's true class, "
                     "where that is known. The number is the cosine of the features, 1 for the same picture. A click "
                     "or Enter opens an image here."));
    m_controls->addStretch();
    connect(m_split, &Segments::chosenChanged, this, [this] {
        endIndex();
        refresh();
    });
    connect(m_anew, &QPushButton::clicked, this, &NeighboursPanel::startIndex);
}

QWidget* NeighboursPanel::controls() { return m_controls; }

Split NeighboursPanel::split() const { return static_cast<Split>(m_split->chosen()); }

std::string NeighboursPanel::exportKey() const { return "neighbours"; }

LensSettings NeighboursPanel::exportSettings() const {
    LensSettings settings;
    if (m_answer) settings.neighbours = m_answer->index;
    // The answer about another picture is still to come.
    for (const Index& index : m_indices)
        if (!m_answer && index->images.split() == split()) settings.neighbours = index;
    return settings;
}

void NeighboursPanel::beginSubject() {
    m_answer.reset();
    if (!subject().model) {
        endIndex();
        m_indices.clear();
    }
}

void NeighboursPanel::askModel() {
    ask([indices = m_indices, split = split()](LoadedModel& model, const Image& image, const auto&) {
            return compute(model, image, indices, split);
        },
        [this](const Answer& answer) { show(answer); });
}

void NeighboursPanel::startIndex() {
    m_start->setEnabled(false);
    m_anew->setEnabled(false);
    m_indexer->start(subject().choice, *subject().model, split());
}

void NeighboursPanel::endIndex() {
    m_indexer->cancel();
    m_banner->clear();
    m_start->setEnabled(true);
    m_anew->setEnabled(true);
}

// The oldest ones make room.
void NeighboursPanel::keep(const Index& index) {
    endIndex();
    std::erase_if(m_indices, [&](const Index& other) {
        return sameImages(*other, *index) && sameMoment(other->model->state(), index->model->state());
    });
    m_indices.push_back(index);
    std::size_t numbers = 0;
    for (const Index& each : m_indices) numbers += each->rows.size();
    while (numbers > kMostNumbers && m_indices.size() > 1) {
        numbers -= m_indices.front()->rows.size();
        m_indices.erase(m_indices.begin());
    }
    refresh();
}

void NeighboursPanel::show(const Answer& answer) {
    m_answer = answer;
    const bool known = answer.index != nullptr;
    m_pages->setCurrentWidget(known ? static_cast<QWidget*>(m_grid) : m_empty);
    m_finding->setVisible(known);
    if (known) showGrid();
    else offer();
}

void NeighboursPanel::offer() {
    const Config& config = *subject().model;
    m_empty->setText(tr("The most similar images are found by %1. The %2 images of %3 are looked through once for "
                        "that; a training goes on meanwhile.")
                         .arg(QString::fromStdString(featuresText(config)), splitName(split()),
                              QString::fromStdString(config.data.name)));
    m_about->clear();
    m_anew->hide();
}

void NeighboursPanel::showGrid() {
    const Answer& answer = *m_answer;
    const std::vector<std::string>& names = answer.index->images.dataset().classNames();
    std::vector<MapTile> tiles;
    int predicted = 0, right = 0;
    for (std::size_t i = 0; i < answer.found.size(); ++i) {
        const Neighbour& neighbour = answer.found[i];
        const std::string& name = names[static_cast<std::size_t>(neighbour.label)];
        const bool isRight = name == subject().trueClass;
        MapTile& tile = tiles.emplace_back();
        tile.caption = (isRight ? QStringLiteral("✓ ") : QString()) + QString::number(neighbour.similarity, 'f', 3) +
                       ' ' + QString::fromStdString(name);
        tile.picture = answer.pictures[i];
        tile.marked = neighbour.label == answer.predicted.index;
        predicted += tile.marked;
        right += isRight;
    }
    m_grid->setTiles(std::move(tiles));
    const std::string& own = answer.predicted.name;
    QString finding = tr("%1 of the %2 nearest are of the predicted class “%3”")
                          .arg(predicted)
                          .arg(answer.found.size())
                          .arg(QString::fromStdString(own));
    if (!subject().trueClass.empty() && subject().trueClass != own)
        finding += tr(", %1 of the true class “%2”").arg(right).arg(QString::fromStdString(subject().trueClass));
    m_finding->setText(finding + '.');

    const NeighbourIndex& index = *answer.index;
    const LoadedModel::State& its = index.model->state();
    const bool current = sameMoment(its, answer.now);
    QString about = tr("%1 images, by %2, as the model was at %3.")
                        .arg(withThousands(index.count()), QString::fromStdString(featuresText(index.model->config())),
                             placeText(its));
    if (!current)
        about += ' ' + (its.step <= answer.now.step ? tr("The model has learned since.")
                                                    : tr("The model that is shown had not learned as much."));
    m_about->setText(about);
    m_anew->setVisible(!current);
}

void NeighboursPanel::choose(int tile) {
    if (!m_answer || tile >= static_cast<int>(m_answer->found.size())) return;
    const auto place = static_cast<std::size_t>(tile);
    const Neighbour& neighbour = m_answer->found[place];
    const DatasetView& images = m_answer->index->images;
    const QString title = QStringLiteral("%1 · %2 %3")
                              .arg(QString::fromStdString(images.dataset().name()), splitName(images.split()))
                              .arg(neighbour.image);
    const std::string& name = images.dataset().classNames()[static_cast<std::size_t>(neighbour.label)];
    m_grid->select(-1);
    Q_EMIT imageChosen(std::make_shared<const Image>(m_answer->pictures[place]), title, QString::fromStdString(name));
}

}  // namespace vit::ui
