// SPDX-License-Identifier: GPL-3.0-or-later
// A row a block; where the model's answer stands, it is set in bold. Or a map a block.
#include "ui/pages/inspect/lenses/layers_panel.h"

#include "ui/lens/map_grid.h"
#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/widgets/segments.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr int kPlaces = 5;
constexpr double kOpacity = 0.6;  // of the classes' colours over the picture

LayersPanel::Answer compute(LoadedModel& model, const Image& image) {
    LayersPanel::Answer answer;
    answer.found = layerAnswers(model, image, kPlaces);
    answer.picture = model.look(image).picture;
    answer.classNames = model.classNames();
    answer.colours = classColours(answer.found);
    return answer;
}

QString legendRow(const Rgb& colour, const QString& name, std::int64_t patches) {
    return LayersPanel::tr("<span style=\"color:%1\">■</span> %2: %3")
        .arg(QColor(colour[0], colour[1], colour[2]).name(), name.toHtmlEscaped())
        .arg(patches);
}

}  // namespace

LayersPanel::LayersPanel(SessionBridge& bridge, QWidget* parent) : LensPanel(bridge, parent) {
    m_finding = new QLabel(content());
    m_finding->setObjectName("layersFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    m_finding->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_pages = new QStackedWidget(content());
    m_pages->addWidget(makeTable());
    m_pages->addWidget(makeMaps());
    auto* none = new QLabel(tr(kNoPatchAnswers), m_pages);
    none->setObjectName("layersNoPatches");
    none->setAlignment(Qt::AlignCenter);
    none->setWordWrap(true);
    setRole(none, "muted");
    m_pages->addWidget(none);
    makeControls();
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_finding);
    layout->addWidget(m_pages, 1);
}

QWidget* LayersPanel::makeTable() {
    m_table = new QTableWidget(m_pages);
    m_table->setObjectName("layersTable");
    m_table->setAccessibleName(tr("The first five classes after each block"));
    m_table->setColumnCount(kPlaces);
    QStringList places;
    for (int place = 1; place <= kPlaces; ++place) places << tr("Place %1").arg(place);
    m_table->setHorizontalHeaderLabels(places);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->setDefaultSectionSize(2 * fontMetrics().lineSpacing() + kSpace);
    m_table->setAlternatingRowColors(true);
    return m_table;
}

QWidget* LayersPanel::makeMaps() {
    auto* maps = new QWidget(m_pages);
    m_grid = new MapGrid(maps);
    m_grid->setObjectName("layersGrid");
    m_grid->setAccessibleName(tr("Classes of the patches after each block"));
    m_grid->setSharedScale(false);  // colours are classes
    m_view = new MapView(maps);
    m_view->setObjectName("layersView");
    m_view->setAccessibleName(tr("Classes of the patches after the chosen block"));
    auto* row = new QHBoxLayout(maps);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpaceLarge);
    row->addWidget(m_grid, 2);
    row->addWidget(m_view, 3);
    connect(m_grid, &MapGrid::selected, this, [this](int layer) {
        if (layer < 0) return;
        m_layer = layer;
        showLayer();
    });
    connect(m_view, &MapView::patchHovered, this, &LayersPanel::showPage);
    return maps;
}

void LayersPanel::makeControls() {
    m_controls = new LensControls(tr("Layers"), this);
    m_shown = new Segments(m_controls);
    m_shown->add(Answers, "layersAnswers", tr("Answers"), tr("The first five classes of the whole picture"));
    m_shown->add(Patches, "layersPatches", tr("By patch"), tr("The class that each patch is taken for"));
    m_controls->add(m_shown);
    m_legend = m_controls->addText("layersLegend");
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setAccessibleName(tr("Classes and how many patches are taken for them"));
    m_hint = m_controls->addText("layersHint");
    m_controls->addStretch();
    connect(m_shown, &Segments::chosenChanged, this, &LayersPanel::showPage);
    showPage();
}

QWidget* LayersPanel::controls() { return m_controls; }

std::string LayersPanel::exportKey() const { return m_shown->chosen() == Patches ? "patch-classes" : "layers"; }

void LayersPanel::askModel() {
    ask([](LoadedModel& model, const Image& image, const auto&) { return compute(model, image); },
        [this](const Answer& answer) { show(answer); });
}

void LayersPanel::show(const Answer& answer) {
    m_answer = answer;
    const auto layers = static_cast<int>(answer.found.top.size());
    if (m_layer < 0 || m_layer >= layers) m_layer = layers - 1;
    fillTable(answer.found);
    if (!answer.colours.empty()) fillMaps();
    showPage();
}

void LayersPanel::fillTable(const LayerAnswers& answers) {
    const std::int32_t answer = answers.top.back().front().index;
    m_table->setRowCount(static_cast<int>(answers.top.size()));
    QStringList rows;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        rows << (row == 0 ? tr("Before") : tr("Block %1").arg(row));
        const auto& top = answers.top[static_cast<std::size_t>(row)];
        for (int place = 0; place < kPlaces; ++place) {
            auto* item = new QTableWidgetItem;
            if (place < static_cast<int>(top.size())) {
                const ClassProbability& entry = top[static_cast<std::size_t>(place)];
                const QString text = QString::fromStdString(entry.name) + '\n' + percentText(entry.probability);
                item->setText(text);
                item->setToolTip(text);
                QFont font = m_table->font();
                font.setBold(entry.index == answer);
                item->setFont(font);
            }
            m_table->setItem(row, place, item);
        }
    }
    m_table->setVerticalHeaderLabels(rows);
}

void LayersPanel::fillMaps() {
    const std::vector<std::int64_t>& shape = m_answer->found.patchProbabilities.shape;
    const auto patches = static_cast<std::size_t>(shape[1] * shape[2]);
    const HeatMap bare{static_cast<int>(shape[1]), static_cast<int>(shape[2]), std::vector<float>(patches, NAN)};
    std::vector<MapTile> tiles;
    for (std::int64_t layer = 0; layer < shape[0]; ++layer) {
        const auto answers = classCounts(m_answer->found, layer, m_answer->colours).front();
        tiles.push_back({bare, layer == 0 ? tr("Before") : tr("Block %1").arg(layer),
                         classPicture(m_answer->picture, m_answer->found, layer, m_answer->colours, kOpacity),
                         tr("%1 of %2 patches are taken for the answer").arg(answers).arg(patches)});
    }
    m_view->setMap(bare);
    const QSignalBlocker blocker(m_grid);
    m_grid->setTiles(std::move(tiles));
    m_grid->select(m_layer);
    showLayer();
}

void LayersPanel::showLayer() {
    m_view->setPicture(classPicture(m_answer->picture, m_answer->found, m_layer, m_answer->colours, kOpacity));
    std::vector<QString> texts;
    for (int patch = 0; patch < m_view->patchCount(); ++patch) texts.push_back(guessText(patch));
    m_view->setPatchTexts(texts);
    showPage();
}

// What is said of what is shown, and beside it.
void LayersPanel::showPage() {
    const bool patches = m_shown->chosen() == Patches;
    const bool none = m_answer && m_answer->colours.empty();
    m_pages->setCurrentIndex(!patches ? Table : none ? NoPatches : Maps);
    m_legend->setVisible(patches && !none);
    m_hint->setText(patches ? tr("What final norm and head make of each patch's token by itself. Grey is another class "
                                 "than those above.")
                            : tr("What final norm and head make of the tokens after each block. Early blocks were not "
                                 "trained to be read off: their answers need not make sense."));
    if (!m_answer) return;
    m_finding->setText(answerText());
    if (!patches || none) return;
    m_legend->setText(legendText());
    const int patch = m_view->pointedPatch();
    if (patch >= 0) m_finding->setText(tr("Row %1, column %2: %3.")
                                           .arg(patch / m_view->map().columns + 1)
                                           .arg(patch % m_view->map().columns + 1)
                                           .arg(guessText(patch)));
}

QString LayersPanel::answerText() const {
    const LayerAnswers& found = m_answer->found;
    const QString name = QString::fromStdString(found.top.back().front().name);
    if (found.decidedAt == 0) return tr("Decided before the first block: “%1” is the answer from there on.").arg(name);
    return tr("Decided at block %1 of %2: “%3” is the answer from there on.")
        .arg(found.decidedAt)
        .arg(found.top.size() - 1)
        .arg(name);
}

QString LayersPanel::guessText(int patch) const {
    const auto place = static_cast<std::size_t>(m_layer) * static_cast<std::size_t>(m_view->patchCount()) +
                       static_cast<std::size_t>(patch);
    const auto index = static_cast<std::size_t>(m_answer->found.patchClass[place]);
    return tr("“%1”, %2").arg(QString::fromStdString(m_answer->classNames[index]),
                              percentText(m_answer->found.patchProbabilities.values[place]));
}

QString LayersPanel::legendText() const {
    const std::vector<std::int64_t> counts = classCounts(m_answer->found, m_layer, m_answer->colours);
    QStringList rows;
    for (std::size_t i = 0; i < m_answer->colours.size(); ++i) {
        const auto index = static_cast<std::size_t>(m_answer->colours[i].index);
        rows << legendRow(m_answer->colours[i].colour, QString::fromStdString(m_answer->classNames[index]), counts[i]);
    }
    rows << legendRow(kOtherClasses, tr("other classes"), counts.back());
    const QString place =
        m_layer == 0 ? tr("Patches before the first block") : tr("Patches after block %1").arg(m_layer);
    return place + QStringLiteral("<br>") + rows.join(QStringLiteral("<br>"));
}

}  // namespace vit::ui
