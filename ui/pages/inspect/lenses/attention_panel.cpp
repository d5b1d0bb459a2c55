// SPDX-License-Identifier: GPL-3.0-or-later
// The attention of one layer is here in full, so that pointing at a patch asks nobody.
#include "ui/pages/inspect/lenses/attention_panel.h"

#include "core/inspect/what_if.h"
#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/pages/inspect/lenses/map_look.h"
#include "ui/widgets/segments.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit::ui {

namespace {

// What does not depend on the layer that is enlarged.
AttentionPanel::Answer computeAll(LoadedModel& model, const Image& image, const Look& look,
                                  const LoadedModel::Progress& progress) {
    AttentionPanel::Answer answer;
    answer.state = model.state();
    answer.picture = look.picture;
    answer.grid = tokenGrid(model.config());
    answer.layers = look.attention.shape[0];
    answer.heads = look.attention.shape[1];
    answer.figures = headFigures(look.attention, answer.grid);
    for (const HeadFigures& head : answer.figures)
        answer.maps.push_back(attentionMap(layerAttention(look.attention, head.layer, head.head), answer.grid));
    answer.rollout = attentionMap(rollout(look.attention), answer.grid);
    answer.effects = headEffects(model, image, model.predict(image, 1).top.front().index, progress).probability;
    return answer;
}

AttentionPanel::Answer compute(LoadedModel& model, const Image& image, std::int64_t layer,
                               const std::shared_ptr<const AttentionPanel::Answer>& before,
                               const LoadedModel::Progress& progress) {
    const Look look = model.look(image, {.attention = true});
    const bool known = before && sameWeights(before->state, model.state());
    AttentionPanel::Answer answer = known ? *before : computeAll(model, image, look, progress);
    answer.layer = layer < 0 || layer >= answer.layers ? answer.layers - 1 : layer;
    answer.matrices.clear();
    for (std::int64_t head = 0; head < answer.heads; ++head)
        answer.matrices.push_back(layerAttention(look.attention, answer.layer, head));
    for (const Fusion fusion : {Fusion::Mean, Fusion::Max})
        answer.matrices.push_back(layerAttention(look.attention, answer.layer, {}, fusion));
    return answer;
}

QString signedText(double value, int decimals) {
    const QString number = QString::number(std::abs(value), 'f', decimals);
    return (value > 0 ? QStringLiteral("+") : value < 0 ? QStringLiteral("−") : QString()) + number;
}

}  // namespace

AttentionPanel::AttentionPanel(SessionBridge& bridge, QWidget* parent) : LensPanel(bridge, parent) {
    m_grid = new MapGrid(content());
    m_grid->setObjectName("attentionGrid");
    m_grid->setAccessibleName(tr("Attention of all heads"));
    m_view = new MapView(content());
    m_view->setObjectName("attentionView");
    m_view->setAccessibleName(tr("Attention over the picture"));
    m_finding = new QLabel(content());
    m_finding->setObjectName("attentionFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    auto* maps = new QHBoxLayout;
    maps->setSpacing(kSpaceLarge);
    maps->addWidget(m_grid, 1);
    maps->addWidget(m_view, 1);
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addLayout(maps, 1);
    layout->addWidget(m_finding);
    makeControls();
    connect(m_grid, &MapGrid::selected, this, &AttentionPanel::chooseCell);
    connect(m_view, &MapView::patchHovered, this, [this](int patch) {
        m_patch = patch;
        showMap();
    });
}

void AttentionPanel::makeControls() {
    m_controls = new LensControls(tr("Attention"), this);
    makeGlance();
    makeChoice();
    m_look = new MapLook(m_controls);
    m_controls->add(m_look);
    m_controls->addText("attentionHint")
        ->setText(tr("Point at a patch to see where it looks. Attention tells what is mixed with what; it does not "
                     "tell why a class was chosen: see Relevance."));
    m_controls->addStretch();
    const auto restyle = [this] {
        m_grid->setStyle(m_look->style());
        m_look->dress(*m_view);
    };
    connect(m_look, &MapLook::changed, this, restyle);
    restyle();
    m_grid->setSharedScale(false);  // sharp heads would leave the others dark
    m_grid->setQuantity(tr("share of the attention"));
    m_view->setQuantity(tr("share of the attention"));
}

// What is seen at a glance.
void AttentionPanel::makeGlance() {
    m_scope = new Segments(m_controls);
    m_scope->add(All, "attentionAll", tr("All"), tr("All heads of all blocks, a row for each block"));
    m_scope->add(OfLayer, "attentionOfLayer", tr("Block"),
                 tr("All heads of the chosen block, their mean and maximum"));
    m_scope->add(OfHead, "attentionOfHead", tr("Head"), tr("The chosen head in all blocks"));
    m_controls->add(m_scope);
    m_order = new QComboBox(m_controls);
    m_order->setObjectName("attentionOrder");
    m_order->addItem(tr("By block and head"), ByPlace);
    m_order->addItem(tr("By distance, far first"), ByDistance);
    m_order->addItem(tr("By entropy, sharp first"), ByEntropy);
    m_order->addItem(tr("By effect on the answer"), ByEffect);
    m_order->setToolTip(tr("Below each map: the distance in pixels of the input, the entropy in nats, or by how many "
                           "points the answer's probability changes when the head is switched off"));
    m_controls->add(tr("In the order"), m_order);
    connect(m_scope, &Segments::chosenChanged, this, &AttentionPanel::fillGrid);
    connect(m_order, &QComboBox::currentIndexChanged, this, &AttentionPanel::fillGrid);
}

// What is enlarged.
void AttentionPanel::makeChoice() {
    m_shown = new QComboBox(m_controls);
    m_shown->setObjectName("attentionShown");
    m_shown->addItem(tr("The chosen head"), OneHead);
    m_shown->addItem(tr("Mean of the block's heads"), MeanOfHeads);
    m_shown->addItem(tr("Maximum of the block's heads"), MaxOfHeads);
    m_shown->addItem(tr("Rollout through all blocks"), Rollout);
    m_controls->add(tr("Over the picture"), m_shown);
    auto* place = new QWidget(m_controls);
    auto* row = new QHBoxLayout(place);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    const auto box = [&](const char* name, const QString& text) {
        auto* spin = new QSpinBox(place);
        spin->setObjectName(name);
        spin->setRange(1, 1);
        spin->setKeyboardTracking(false);
        auto* label = new QLabel(text, place);
        label->setBuddy(spin);
        row->addWidget(label);
        row->addWidget(spin, 1);
        return spin;
    };
    m_layerBox = box("attentionLayer", tr("Block"));
    m_headBox = box("attentionHead", tr("Head"));
    m_controls->add(place);
    m_direction = new Segments(m_controls);
    m_direction->add(int(Direction::LooksAt), "attentionLooksAt", tr("Looks at"),
                     tr("Where the patch under the pointer looks"));
    m_direction->add(int(Direction::SeenBy), "attentionSeenBy", tr("Seen by"),
                     tr("Who looks at the patch under the pointer"));
    m_controls->add(m_direction);
    connect(m_shown, &QComboBox::currentIndexChanged, this, [this] {
        markChosen();
        showMap();
    });
    connect(m_layerBox, &QSpinBox::valueChanged, this, [this](int block) { chooseHead(block - 1, m_head); });
    connect(m_headBox, &QSpinBox::valueChanged, this, [this](int head) { chooseHead(m_layer, head - 1); });
    connect(m_direction, &Segments::chosenChanged, this, &AttentionPanel::showMap);
}

QWidget* AttentionPanel::controls() { return m_controls; }

void AttentionPanel::holdScale(bool held) { m_look->holdScale(held); }

AttentionPanel::Shown AttentionPanel::shown() const { return static_cast<Shown>(m_shown->currentData().toInt()); }

std::string AttentionPanel::exportKey() const { return shown() == Rollout ? "rollout" : "attention"; }

LensSettings AttentionPanel::exportSettings() const {
    LensSettings settings;
    m_look->applyTo(settings);
    if (!m_answer || shown() == Rollout) return settings;
    if (shown() == MeanOfHeads) settings.fusion = Fusion::Mean;
    if (shown() == MaxOfHeads) settings.fusion = Fusion::Max;
    if (settings.fusion || m_scope->chosen() == OfLayer) settings.layer = m_layer + 1;
    else if (m_scope->chosen() == OfHead) settings.head = m_head + 1;
    if (m_patch >= 0) {
        settings.token = m_patch + m_answer->grid.firstPatch();
        settings.direction = static_cast<Direction>(m_direction->chosen());
    }
    return settings;
}

void AttentionPanel::beginSubject() { m_answer.reset(); }

void AttentionPanel::askModel() {
    ask([layer = m_layer, before = m_answer](LoadedModel& model, const Image& image, const auto& progress) {
            return compute(model, image, layer, before, progress);
        },
        [this](const Answer& answer) { show(answer); });
}

void AttentionPanel::show(const Answer& answer) {
    const bool another = m_layer != answer.layer && m_layer >= 0 && m_layer < answer.layers;  // chosen meanwhile
    m_answer = std::make_shared<const Answer>(answer);
    if (!another) m_layer = answer.layer;
    m_head = std::min(m_head, answer.heads - 1);
    const QSignalBlocker layers(m_layerBox), heads(m_headBox);
    m_layerBox->setMaximum(static_cast<int>(answer.layers));
    m_headBox->setMaximum(static_cast<int>(answer.heads));
    m_view->setPicture(answer.picture);
    fillGrid();
    showMap();
}

// Blocks by heads, in which a figure beside each would leave no room for its map.
bool AttentionPanel::isTable() const {
    return m_scope->chosen() == All && m_order->currentData().toInt() == ByPlace;
}

std::vector<AttentionPanel::Cell> AttentionPanel::cells() const {
    const int scope = m_scope->chosen();
    std::vector<Cell> found;
    for (const HeadFigures& head : m_answer->figures) {
        if (scope == OfLayer && head.layer != m_layer) continue;
        if (scope == OfHead && head.head != m_head) continue;
        found.push_back({OneHead, head.layer, head.head});
    }
    const int order = m_order->currentData().toInt();
    const auto key = [&](const Cell& cell) {
        const auto i = static_cast<std::size_t>(cell.layer * m_answer->heads + cell.head);
        if (order == ByDistance) return -m_answer->figures[i].distance;
        if (order == ByEntropy) return m_answer->figures[i].entropy;
        if (order == ByEffect) return -std::abs(static_cast<double>(m_answer->effects.values[i]));
        return static_cast<double>(i);
    };
    std::stable_sort(found.begin(), found.end(), [&](const Cell& a, const Cell& b) { return key(a) < key(b); });
    if (scope == OfLayer) {
        found.push_back({MeanOfHeads, m_layer, m_head});
        found.push_back({MaxOfHeads, m_layer, m_head});
    }
    if (!isTable()) found.push_back({Rollout, m_layer, m_head});
    return found;
}

MapTile AttentionPanel::tileOf(const Cell& cell) const {
    const Answer& answer = *m_answer;
    if (cell.shown == Rollout)
        return {heatMapOf(answer.rollout, false), tr("Rollout"), {},
                tr("where attention flows through all blocks, the same whatever the class")};
    if (cell.shown != OneHead) {
        const auto fused = static_cast<std::size_t>(answer.heads + (cell.shown == MeanOfHeads ? 0 : 1));
        return {heatMapOf(attentionMap(answer.matrices[fused], answer.grid), false),
                cell.shown == MeanOfHeads ? tr("Mean") : tr("Maximum"), {}, tr("of the block's heads")};
    }
    const auto index = static_cast<std::size_t>(cell.layer * answer.heads + cell.head);
    const HeadFigures& head = answer.figures[index];
    QString figure = tr("%1 px").arg(plainNumber(head.distance, 2));
    const int order = m_order->currentData().toInt();
    if (order == ByEntropy) figure = tr("%1 nats").arg(plainNumber(head.entropy, 3));
    if (order == ByEffect) figure = tr("%1 pts").arg(signedText(100 * answer.effects.values[index], 1));
    const QString place = tr("%1·%2").arg(cell.layer + 1).arg(cell.head + 1);
    return {heatMapOf(answer.maps[index], false), isTable() ? place : place + '\n' + figure, {},
            tr("Block %1, head %2. %3").arg(cell.layer + 1).arg(cell.head + 1).arg(figuresText(cell.layer, cell.head))};
}

void AttentionPanel::fillGrid() {
    if (!m_answer || m_answer->layer != m_layer) return;  // it is on its way
    m_cells = cells();
    std::vector<MapTile> tiles;
    for (const Cell& cell : m_cells) tiles.push_back(tileOf(cell));
    const QSignalBlocker blocker(m_grid);
    m_grid->setTiles(std::move(tiles), isTable() ? static_cast<int>(m_answer->heads) : 0);
    markChosen();
}

// The cell of what is enlarged, and the numbers of its head.
void AttentionPanel::markChosen() {
    const auto chosen = std::find_if(m_cells.begin(), m_cells.end(), [this](const Cell& cell) {
        if (cell.shown != shown()) return false;
        return cell.shown != OneHead || (cell.layer == m_layer && cell.head == m_head);
    });
    const QSignalBlocker grid(m_grid), layers(m_layerBox), heads(m_headBox);
    m_grid->select(chosen == m_cells.end() ? -1 : static_cast<int>(chosen - m_cells.begin()));
    m_layerBox->setValue(static_cast<int>(m_layer) + 1);
    m_headBox->setValue(static_cast<int>(m_head) + 1);
}

void AttentionPanel::chooseCell(int index) {
    if (!m_answer || index < 0 || index >= static_cast<int>(m_cells.size())) return;
    const Cell cell = m_cells[static_cast<std::size_t>(index)];
    {
        const QSignalBlocker blocker(m_shown);
        m_shown->setCurrentIndex(m_shown->findData(cell.shown));
    }
    if (cell.shown == OneHead) chooseHead(cell.layer, cell.head);
    else showMap();
}

void AttentionPanel::chooseHead(std::int64_t layer, std::int64_t head) {
    const bool otherLayer = layer != m_layer, otherHead = head != m_head;
    m_layer = layer;
    m_head = head;
    if (otherLayer) return refresh();
    if (otherHead && m_scope->chosen() == OfHead) fillGrid();
    markChosen();
    showMap();
}

// [N, N]
const FloatArray& AttentionPanel::shownMatrix() const {
    const auto heads = static_cast<std::size_t>(m_answer->heads);
    if (shown() == OneHead) return m_answer->matrices[std::min(static_cast<std::size_t>(m_head), heads - 1)];
    return m_answer->matrices[heads + (shown() == MeanOfHeads ? 0 : 1)];
}

QString AttentionPanel::placeText() const {
    if (shown() == MeanOfHeads) return tr("Block %1, mean of its heads").arg(m_layer + 1);
    if (shown() == MaxOfHeads) return tr("Block %1, maximum of its heads").arg(m_layer + 1);
    return tr("Block %1, head %2").arg(m_layer + 1).arg(m_head + 1);
}

void AttentionPanel::showMap() {
    if (!m_answer || m_answer->layer != m_layer) return;
    const TokenGrid& grid = m_answer->grid;
    m_direction->setEnabled(shown() != Rollout);
    if (shown() == Rollout) {
        m_finding->setText(tr("Rollout: where attention flows through all blocks. It is no matter of class: the same "
                              "whatever the class."));
        m_view->setMap(heatMapOf(m_answer->rollout, false));
        return;
    }
    const FloatArray& matrix = shownMatrix();
    const auto direction = static_cast<Direction>(m_direction->chosen());
    FloatArray values;
    QString finding;
    if (m_patch >= 0 && m_patch < grid.patches()) {
        values = attentionMap(matrix, grid, m_patch + grid.firstPatch(), direction);
        const QString patch = tr("row %1, column %2").arg(m_patch / grid.columns + 1).arg(m_patch % grid.columns + 1);
        finding = direction == Direction::LooksAt ? tr("%1: where the patch in %2 looks.").arg(placeText(), patch)
                                                  : tr("%1: who looks at the patch in %2.").arg(placeText(), patch);
    } else {
        values = attentionMap(matrix, grid);
        finding = grid.classToken ? tr("%1: where the class token looks.").arg(placeText())
                                  : tr("%1: what the patches look at, on average.").arg(placeText());
    }
    if (grid.classToken) finding += ' ' + classTokenText(matrix);
    if (shown() == OneHead) finding += ' ' + figuresText(m_layer, m_head);
    m_finding->setText(finding);
    m_view->setMap(heatMapOf(values, false));
}

// The share of what is shown that the class token takes or gives, which has no place on the map.
QString AttentionPanel::classTokenText(const FloatArray& matrix) const {
    const std::int64_t tokens = m_answer->grid.tokens();
    const bool pointed = m_patch >= 0 && m_patch < m_answer->grid.patches();
    const std::int64_t token = pointed ? m_patch + 1 : 0;
    const bool looks = !pointed || static_cast<Direction>(m_direction->chosen()) == Direction::LooksAt;
    const QString share = percentText(matrix.values[static_cast<std::size_t>(looks ? token * tokens : token)]);
    if (!pointed) return tr("It keeps %1 for itself.").arg(share);
    return looks ? tr("%1 goes to the class token, not on the map.").arg(share)
                 : tr("The class token gives it %1, not on the map.").arg(share);
}

QString AttentionPanel::figuresText(std::int64_t layer, std::int64_t head) const {
    const auto index = static_cast<std::size_t>(layer * m_answer->heads + head);
    const HeadFigures& figures = m_answer->figures[index];
    QString text = tr("Distance %1 px, entropy %2 nats; without it the answer's probability changes by %3 points.")
                       .arg(plainNumber(figures.distance, 3), plainNumber(figures.entropy, 3),
                            signedText(100 * m_answer->effects.values[index], 1));
    if (m_answer->grid.classToken)
        text += ' ' + tr("%1 of the patches' attention goes to the class token.")
                          .arg(percentText(figures.classTokenShare));
    return text;
}

}  // namespace vit::ui
