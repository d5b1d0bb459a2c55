// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures of all layers beside the chosen one.
#include "ui/pages/inspect/lenses/tokens_panel.h"

#include "core/lenses/patch_pictures.h"
#include "ui/lens/map_grid.h"
#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/distance_plot.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/pages/inspect/lenses/map_look.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

FloatArray ofLayer(const FloatArray& tokens, std::int64_t layer) {
    const auto size = static_cast<std::ptrdiff_t>(tokens.shape[1] * tokens.shape[2]);
    const auto first = tokens.values.begin() + layer * size;
    return {{tokens.shape[1], tokens.shape[2]}, {first, first + size}};
}

// The patches can be pointed at, and nothing is laid over them.
HeatMap bareMap(std::int64_t rows, std::int64_t columns) {
    return {static_cast<int>(rows), static_cast<int>(columns),
            std::vector<float>(static_cast<std::size_t>(rows * columns), NAN)};
}

struct WantedTokens {
    TokensPanel::Shown shown;
    bool foreground;
    std::vector<ColourBasis> before;
};

TokensPanel::Answer compute(LoadedModel& model, const Image& image, const WantedTokens& wanted) {
    TokensPanel::Answer answer;
    const bool figures = wanted.shown == TokensPanel::Distances;
    const Look look = model.look(image, {.attention = figures, .tokens = true});
    answer.picture = look.picture;
    answer.grid = tokenGrid(model.config());
    for (std::int64_t layer = 0; layer < look.tokens.shape[0]; ++layer) {
        const FloatArray tokens = ofLayer(look.tokens, layer);
        const auto index = static_cast<std::size_t>(layer);
        const bool known = index < wanted.before.size() && !wanted.before[index].empty() &&
                           wanted.before[index].directions.shape.back() == tokens.shape[1];
        const ColourBasis like = known ? wanted.before[index] : ColourBasis{};
        answer.colours.push_back(wanted.foreground ? foregroundColours(tokens, answer.grid, like)
                                                   : tokenColours(tokens, answer.grid, like));
        answer.norms.push_back(tokenNorms(tokens, answer.grid));
    }
    answer.positions = positionSimilarity(model);
    if (figures) answer.figures = headFigures(look.attention, answer.grid);
    if (wanted.shown == TokensPanel::ProjectionFilters) answer.filters = projectionFilters(model);
    return answer;
}

}  // namespace

TokensPanel::TokensPanel(SessionBridge& bridge, QWidget* parent) : LensPanel(bridge, parent) {
    m_pages = new QStackedWidget(content());
    makeMaps();
    m_plot = new DistancePlot(m_pages);
    m_plot->setObjectName("tokensDistances");
    m_plot->setAccessibleName(tr("How far each head looks, layer by layer"));
    m_pages->addWidget(m_plot);
    m_finding = new QLabel(content());
    m_finding->setObjectName("tokensFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    m_finding->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_finding);
    makeControls();
    connect(m_plot, &DistancePlot::headPointed, this, &TokensPanel::showHead);
}

void TokensPanel::makeMaps() {
    auto* maps = new QWidget(m_pages);
    m_grid = new MapGrid(maps);
    m_grid->setObjectName("tokensGrid");
    m_view = new MapView(maps);
    m_view->setObjectName("tokensView");
    auto* row = new QHBoxLayout(maps);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpaceLarge);
    row->addWidget(m_grid, 2);
    row->addWidget(m_view, 3);
    m_pages->addWidget(maps);
    m_grid->setSharedScale(false);  // norms grow from block to block
    connect(m_grid, &MapGrid::selected, this, [this](int tile) {
        if (tile < 0) return;
        (shown() == ProjectionFilters ? m_filter : m_layer) = tile;
        showChosen();
    });
    connect(m_view, &MapView::patchHovered, this, [this](int patch) {
        m_patch = patch;
        if (shown() == Positions) showChosen();
    });
}

void TokensPanel::makeControls() {
    m_controls = new LensControls(tr("Tokens"), this);
    m_shown = new QComboBox(m_controls);
    m_shown->setObjectName("tokensShown");
    m_shown->addItem(tr("Principal components"), Colours);
    m_shown->addItem(tr("Norms and outliers"), Norms);
    m_shown->addItem(tr("Similarity of positions"), Positions);
    m_shown->addItem(tr("Filters of the projection"), ProjectionFilters);
    m_shown->addItem(tr("Attention distance"), Distances);
    m_controls->add(tr("Show"), m_shown);
    m_foreground = new QCheckBox(tr("Foreground only"), m_controls);
    m_foreground->setObjectName("tokensForeground");
    m_foreground->setToolTip(tr("Tell foreground from background by the first component, and colour the foreground by "
                                "its own components"));
    m_controls->add(m_foreground);
    m_look = new MapLook(m_controls);
    m_controls->add(m_look);
    m_hint = m_controls->addText("tokensHint");
    m_controls->addStretch();
    connect(m_shown, &QComboBox::currentIndexChanged, this, &TokensPanel::chooseShown);
    connect(m_foreground, &QCheckBox::toggled, this, [this] {
        m_bases.clear();  // of other tokens
        refresh();
    });
    const auto restyle = [this] {
        m_grid->setStyle(m_look->style());
        m_look->dress(*m_view);
    };
    connect(m_look, &MapLook::changed, this, restyle);
    restyle();
    chooseShown();
}

QWidget* TokensPanel::controls() { return m_controls; }

void TokensPanel::holdScale(bool held) { m_look->holdScale(held); }

TokensPanel::Shown TokensPanel::shown() const { return static_cast<Shown>(m_shown->currentData().toInt()); }

std::string TokensPanel::exportKey() const {
    switch (shown()) {
        case Colours: break;
        case Norms: return "norms";
        case Positions: return "positions";
        case ProjectionFilters: return "filters";
        case Distances: return "distance";
    }
    return "tokens";
}

LensSettings TokensPanel::exportSettings() const {
    LensSettings settings;
    if (shown() == Norms && m_layer >= 0) settings.layer = m_layer;
    settings.foreground = m_foreground->isChecked();
    m_look->applyTo(settings);
    return settings;
}

void TokensPanel::askModel() {
    ask([wanted = WantedTokens{shown(), m_foreground->isChecked(), m_bases}](LoadedModel& model, const Image& image,
                                                                      const auto&) {
            return compute(model, image, wanted);
        },
        [this](const Answer& answer) { show(answer); });
}

QString TokensPanel::hintText() const {
    switch (shown()) {
        case Colours: break;
        case Norms:
            return tr("Tokens far longer than the others often stand where the picture is empty: the model keeps there "
                      "what has no place.");
        case Positions: return tr("Point at a position, or click one to keep it.");
        case ProjectionFilters:
            return tr("The main directions of what the first layer that sees the picture reacts to: the patch projection, "
                      "or a stem's first convolution. They belong to the model, not to this picture.");
        case Distances:
            return tr("A dot a head: how far from each other, weighted by attention, the patches are that look at each "
                      "other. The class token is left out.");
    }
    return tr("Patches of one colour carry alike tokens. Colours of one block mean nothing in another; they hold still "
              "while the model learns.");
}

void TokensPanel::chooseShown() {
    const Shown chosen = shown();
    m_foreground->setVisible(chosen == Colours);
    m_look->setVisible(chosen == Norms || chosen == Positions);  // the others cover the whole picture, or have none
    m_grid->setVisible(chosen != Positions);                     // which are the same in all layers
    m_pages->setCurrentIndex(chosen == Distances ? 1 : 0);
    m_grid->setAccessibleName(chosen == ProjectionFilters ? tr("Filters") : tr("Tokens after each block"));
    m_view->setAccessibleName(chosen == ProjectionFilters   ? tr("The chosen filter")
                              : chosen == Positions ? tr("How alike positions are; choose one")
                                                    : tr("Tokens of the chosen block"));
    m_hint->setText(hintText());
    if (!m_answer) return;
    const bool missing = (chosen == ProjectionFilters && m_answer->filters.variance.empty()) ||
                         (chosen == Distances && m_answer->figures.empty());
    if (missing) {
        m_finding->setText(tr("Being computed…"));
        return refresh();
    }
    fillGrid();
    showChosen();
}

void TokensPanel::show(const Answer& answer) {
    m_answer = answer;
    m_bases.clear();
    for (const TokenColours& colours : answer.colours) m_bases.push_back(colours.basis);
    if (m_layer < 0 || m_layer >= static_cast<int>(answer.colours.size()))
        m_layer = static_cast<int>(answer.colours.size()) - 1;
    m_filter = std::clamp(m_filter, 0, std::max(0, static_cast<int>(answer.filters.variance.size()) - 1));
    m_plot->setFigures(answer.figures);
    chooseShown();
}

void TokensPanel::fillGrid() {
    std::vector<MapTile> tiles;
    if (shown() == ProjectionFilters) {
        const auto count = static_cast<std::int64_t>(m_answer->filters.variance.size());
        for (std::int64_t i = 0; i < count; ++i) {
            const QString share = percentText(m_answer->filters.variance[static_cast<std::size_t>(i)]);
            tiles.push_back({bareMap(1, 1), share, filterPicture(m_answer->filters, i), tr("of the variance")});
        }
    }
    for (std::size_t layer = 0; shown() != ProjectionFilters && layer < m_answer->colours.size(); ++layer) {
        MapTile tile;
        tile.caption = layer == 0 ? tr("Before") : tr("Block %1").arg(layer);
        if (shown() == Norms) {
            tile.map = heatMapOf(m_answer->norms[layer].norms, false);
        } else {
            tile.picture = tokenPicture(m_answer->picture, m_answer->colours[layer]);
            tile.map = bareMap(m_answer->grid.rows, m_answer->grid.columns);
            tile.details = tr("principal components as colours");
        }
        tiles.push_back(std::move(tile));
    }
    m_grid->setQuantity(shown() == Norms ? tr("Euclidean norm") : QString());
    const QSignalBlocker blocker(m_grid);
    m_grid->setTiles(std::move(tiles));
    m_grid->select(shown() == ProjectionFilters ? m_filter : m_layer);
}

QString TokensPanel::layerText() const {
    return m_layer == 0 ? tr("Before the first block") : tr("After block %1").arg(m_layer);
}

QString TokensPanel::patchText(std::int64_t patch) const {
    return tr("row %1, column %2").arg(patch / m_answer->grid.columns + 1).arg(patch % m_answer->grid.columns + 1);
}

void TokensPanel::showChosen() {
    if (!m_answer) return;
    m_view->setPatchTexts({});
    switch (shown()) {
        case Colours: return showColours(static_cast<std::size_t>(m_layer));
        case Norms: return showNorms(static_cast<std::size_t>(m_layer));
        case Positions: return showPositions();
        case ProjectionFilters: return showFilter();
        case Distances: return showHead(m_plot->pointed());
    }
}

void TokensPanel::showColours(std::size_t layer) {
    const TokenColours& colours = m_answer->colours[layer];
    m_view->setPicture(tokenPicture(m_answer->picture, colours));
    m_view->setQuantity({});
    m_view->setMap(bareMap(m_answer->grid.rows, m_answer->grid.columns));
    std::vector<QString> texts;
    for (std::size_t patch = 0; 3 * patch < colours.colours.values.size(); ++patch) {
        const auto part = [&](std::size_t i) { return plainNumber(colours.colours.values[3 * patch + i], 2); };
        texts.push_back(colours.foreground.empty() || colours.foreground[patch]
                            ? tr("components %1, %2, %3").arg(part(0), part(1), part(2))
                            : tr("background"));
    }
    m_view->setPatchTexts(texts);
    const auto& shares = colours.variance;
    QString text = tr("%1: the three directions hold %2, %3 and %4 of the tokens' variance.")
                       .arg(layerText(), percentText(shares[0]), percentText(shares[1]), percentText(shares[2]));
    if (!colours.foreground.empty()) {
        text = tr("%1: %2 of %3 patches are foreground; the three directions hold %4, %5 and %6 of its variance.")
                   .arg(layerText())
                   .arg(std::count(colours.foreground.begin(), colours.foreground.end(), true))
                   .arg(m_answer->grid.patches())
                   .arg(percentText(shares[0]), percentText(shares[1]), percentText(shares[2]));
    }
    m_finding->setText(text);
}

void TokensPanel::showNorms(std::size_t layer) {
    const TokenNorms& norms = m_answer->norms[layer];
    m_view->setPicture(m_answer->picture);
    m_view->setQuantity(tr("Euclidean norm"));
    m_view->setMap(heatMapOf(norms.norms, false));
    QString text = norms.outliers.empty() ? tr("%1: no token is an outlier (robust z-score above 5).").arg(layerText())
                                          : tr("%1: %2 of %3 tokens are outliers (robust z-score above 5): ")
                                                .arg(layerText())
                                                .arg(norms.outliers.size())
                                                .arg(m_answer->grid.patches());
    std::vector<int> farthest = norms.outliers;
    std::stable_sort(farthest.begin(), farthest.end(), [&](int a, int b) {
        const std::vector<float>& scores = norms.deviations.values;
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    constexpr std::size_t kNamed = 4;
    QStringList named;
    for (std::size_t i = 0; i < std::min(kNamed, farthest.size()); ++i)
        named << tr("%1 (%2)").arg(patchText(farthest[i]),
                                   plainNumber(norms.deviations.values[static_cast<std::size_t>(farthest[i])], 3));
    if (farthest.size() > kNamed) named << tr("and others");
    if (!named.isEmpty()) text += named.join(QStringLiteral("; ")) + '.';
    if (m_answer->grid.classToken) text += ' ' + tr("The class token's norm is %1.").arg(plainNumber(norms.classToken));
    m_finding->setText(text);
}

void TokensPanel::showPositions() {
    const TokenGrid& grid = m_answer->grid;
    const std::int64_t patches = grid.patches();
    const std::int64_t middle = grid.rows / 2 * grid.columns + grid.columns / 2;
    const std::int64_t patch = m_patch >= 0 && m_patch < patches ? m_patch : middle;
    const auto first = m_answer->positions.values.begin() + patch * patches;
    m_view->setPicture(m_answer->picture);
    m_view->setQuantity(tr("cosine"));
    m_view->setMap(heatMapOf({{grid.rows, grid.columns}, {first, first + patches}}, true));
    m_finding->setText(tr("How alike the learned position in %1 is to the others.").arg(patchText(patch)));
}

void TokensPanel::showFilter() {
    if (m_answer->filters.variance.empty()) return;  // on their way
    const double share = m_answer->filters.variance[static_cast<std::size_t>(m_filter)];
    m_view->setPicture(filterPicture(m_answer->filters, m_filter));
    m_view->setQuantity({});
    m_view->setMap(bareMap(1, 1));
    m_view->setPatchTexts({tr("filter %1").arg(m_filter + 1)});
    m_finding->setText(tr("Filter %1 of %2 holds %3 of the projection's variance.")
                           .arg(m_filter + 1)
                           .arg(m_answer->filters.variance.size())
                           .arg(percentText(share)));
}

void TokensPanel::showHead(int index) {
    if (!m_answer || m_answer->figures.empty()) return;
    const std::vector<HeadFigures>& heads = m_answer->figures;
    const auto [near, far] = std::minmax_element(
        heads.begin(), heads.end(), [](const HeadFigures& a, const HeadFigures& b) { return a.distance < b.distance; });
    const auto text = [](const HeadFigures& head) {
        return tr("block %1, head %2 (%3 px)").arg(head.layer + 1).arg(head.head + 1).arg(plainNumber(head.distance, 3));
    };
    QString finding = tr("From %1 to %2.").arg(text(*near), text(*far));
    if (index >= 0) finding = tr("Chosen: %1. ").arg(text(heads[static_cast<std::size_t>(index)])) + finding;
    m_plot->setAccessibleDescription(finding);
    if (shown() == Distances) m_finding->setText(finding);
}

}  // namespace vit::ui
