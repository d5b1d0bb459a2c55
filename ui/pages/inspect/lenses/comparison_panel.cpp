// SPDX-License-Identifier: GPL-3.0-or-later
// One question to each model, and what lies between the answers.
#include "ui/pages/inspect/lenses/comparison_panel.h"

#include "core/runs/run_files.h"
#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/disagreement_search.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/pages/inspect/lenses/map_look.h"
#include "ui/widgets/elided_label.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kLeastMap = 110;  // pixels

QString pathText(const std::filesystem::path& path) { return qstr(path.string()); }

QComboBox* makeCombo(const char* name, const QString& tip, QWidget* parent) {
    auto* combo = new QComboBox(parent);
    combo->setObjectName(name);
    combo->setToolTip(tip);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return combo;
}

// The run comes last: where there is no room for all, its name stands among the controls too.
QString sideText(const QString& letter, const ComparedSide& side) {
    return ComparisonPanel::tr("%1 · epoch %2 · %3 %4 · %5")
        .arg(letter)
        .arg(side.state.epoch)
        .arg(qstr(side.answers.front().name), percentText(side.answers.front().probability), qstr(side.state.name));
}

QString percentOrNone(const std::optional<double>& share) { return share ? percentText(*share) : QStringLiteral("–"); }

QString changeText(const AnswerPair& pair) {
    if (!pair.first || !pair.second) return QStringLiteral("–");
    const double change = (*pair.second - *pair.first) * 100;
    const QString sign = change > 0 ? QStringLiteral("+") : change < 0 ? QStringLiteral("−") : QString();
    return sign + QString::number(std::abs(change), 'f', 2);
}

QString disagreementText(const Disagreement& found) {
    if (found.compared == 0) {
        return ComparisonPanel::tr("Since when they disagree is not known: of no epoch have both kept what they said of "
                                "this picture, or their weights.");
    }
    const QString by = found.pinned ? ComparisonPanel::tr("of which both have kept their answers")
                                    : ComparisonPanel::tr("of which both have kept the weights");
    if (found.epoch == 0)
        return ComparisonPanel::tr("At none of the %1 epochs %2 do they disagree.").arg(found.compared).arg(by);
    return ComparisonPanel::tr("First epoch at which they disagree, of those %1: %2 (A “%3”, B “%4”).")
        .arg(by)
        .arg(found.epoch)
        .arg(qstr(found.first), qstr(found.second));
}

}  // namespace

ComparisonPanel::ComparisonPanel(SessionBridge& bridge, QWidget* parent)
    : LensPanel(bridge, parent), m_search(new DisagreementSearch(bridge, this)) {
    makeViews();
    makeControls();
    connect(&bridge, &SessionBridge::modelOpened, this, [this](const ModelOpened& opened) {
        if (opened.problem.empty()) m_current = opened.runFolder;
    });
    connect(&bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) { m_current = run.runFolder; });
    connect(&bridge, &SessionBridge::runFinished, this, [this] {
        if (isVisible()) listRuns();
    });
    connect(m_search, &DisagreementSearch::progressed, this, [this](qint64 done, qint64 total) {
        m_finding->setText(tr("Looking for the first epoch at which they disagree: %1 of %2").arg(done + 1).arg(total));
    });
    connect(m_search, &DisagreementSearch::found, this,
            [this](const Disagreement& found) { m_finding->setText(disagreementText(found)); });
    connect(m_search, &DisagreementSearch::failed, m_finding, &QLabel::setText);
    connect(&m_listing, &Job::failed, this, [this](const QString& problem) {
        m_finding->setText(tr("The runs on this computer could not be read: %1").arg(problem));
    });
}

ComparisonPanel::~ComparisonPanel() { stopOther(); }

void ComparisonPanel::makeViews() {
    const std::array names{"compareFirst", "compareSecond", "compareDifference"};
    const std::array spoken{tr("The map of A"), tr("The map of B"), tr("The difference")};
    for (int place = First; place < Places; ++place) {
        const auto index = static_cast<std::size_t>(place);
        m_captions[index] = new ElidedLabel(content());
        m_captions[index]->setObjectName(QString(names[index]) + "Caption");
        m_views[index] = new MapView(content());
        m_views[index]->setObjectName(names[index]);
        m_views[index]->setAccessibleName(spoken[index]);
        m_views[index]->setMinimumSize(kLeastMap, kLeastMap);  // three beside each other in a small window
        connect(m_views[index], &MapView::patchHovered, this,
                [this, place](int patch) { point(static_cast<Place>(place), patch); });
    }
    m_answers = new QTableWidget(0, 4, content());
    m_answers->setObjectName("compareAnswers");
    m_answers->setAccessibleName(tr("The answers of A and B"));
    m_answers->setHorizontalHeaderLabels({tr("Class"), tr("A"), tr("B"), tr("B − A")});
    m_answers->horizontalHeaderItem(3)->setToolTip(tr("In percentage points"));
    m_answers->setShowGrid(false);
    m_answers->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_answers->setSelectionMode(QAbstractItemView::NoSelection);
    m_answers->setFocusPolicy(Qt::NoFocus);
    m_answers->horizontalHeader()->setHighlightSections(false);
    m_answers->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_answers->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_answers->verticalHeader()->hide();
    m_answers->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace);
    m_pointed = new ElidedLabel(content());
    m_pointed->setObjectName("comparePointed");
    setRole(m_pointed, "muted");
    m_finding = new QLabel(content());
    m_finding->setObjectName("compareFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    m_finding->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* layout = new QGridLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    for (int place = First; place < Places; ++place) {
        const auto index = static_cast<std::size_t>(place);
        layout->addWidget(m_captions[index], 0, place);
        layout->addWidget(m_views[index], 1, place);
        layout->setColumnStretch(place, 1);
    }
    layout->addWidget(m_pointed, 2, 0, 1, Places);
    layout->addWidget(m_answers, 3, 0, 1, Places);
    layout->addWidget(m_finding, 4, 0, 1, Places);
    layout->setRowStretch(1, 3);
    layout->setRowStretch(3, 2);
}

void ComparisonPanel::makeControls() {
    m_controls = new LensControls(tr("Compare"), this);
    m_run = makeCombo("compareRun", tr("The other model, B; A is the one that this page shows"), m_controls);
    m_epoch = makeCombo("compareEpoch", tr("Its best weights, or those that it has kept of an epoch"), m_controls);
    m_map = makeCombo("compareMap", tr("The map that is made of both"), m_controls);
    for (const ComparedMap& map : comparedMaps()) m_map->addItem(qstr(map.name), qstr(map.key));
    m_class = makeCombo("compareClass", tr("The class whose reasons are shown, for both the same"), m_controls);
    m_layer = makeCombo("compareLayer", tr("Which block's map"), m_controls);
    m_controls->add(tr("Against"), m_run);
    m_controls->add(tr("At"), m_epoch);
    m_controls->add(tr("Map"), m_map);
    m_controls->add(tr("For"), m_class);
    m_controls->add(tr("Block"), m_layer);
    m_look = new MapLook(m_controls);
    m_controls->add(m_look);
    m_controls->addStretch();
    connect(m_run, &QComboBox::currentIndexChanged, this, [this] {
        offerEpochs();
        refresh();
    });
    connect(m_map, &QComboBox::currentIndexChanged, this, &ComparisonPanel::offerSettings);
    for (QComboBox* combo : {m_epoch, m_map, m_class, m_layer})
        connect(combo, &QComboBox::currentIndexChanged, this, [this] { refresh(); });
    offerSettings();
    connect(m_look, &MapLook::changed, this, &ComparisonPanel::showMaps);
}

// What means something to the map.
void ComparisonPanel::offerSettings() {
    const ComparedMap& kind = comparedMap(settings().map);
    m_class->setEnabled(kind.ofClass);
    m_layer->setEnabled(kind.ofLayer);
}

QWidget* ComparisonPanel::controls() { return m_controls; }

std::string ComparisonPanel::exportKey() const { return "compare"; }

LensSettings ComparisonPanel::exportSettings() const {
    LensSettings chosen;
    m_look->applyTo(chosen);
    const ComparisonSettings ours = settings();
    chosen.method = ours.map;
    if (ours.layer) chosen.layer = *ours.layer + 1;
    if (m_class->currentIndex() > 0) chosen.classNumber = m_class->currentIndex() - 1;
    const ModelChoice choice = other();
    if (!choice.isCurrent()) chosen.against = OtherModel{choice.run, choice.epoch, ownRun()};
    return chosen;
}

void ComparisonPanel::holdScale(bool held) {
    m_held.reset();
    if (held && m_first) m_held = m_views[First]->scale();
    if (!held) showMaps();
}

ModelChoice ComparisonPanel::other() const {
    return {m_run->currentData().toString().toStdString(), m_epoch->currentData().toLongLong()};
}

std::filesystem::path ComparisonPanel::ownRun() const {
    return subject().choice.isCurrent() ? m_current : subject().choice.run;
}

ComparisonSettings ComparisonPanel::settings() const {
    ComparisonSettings settings;
    settings.map = m_map->currentData().toString().toStdString();
    if (m_class->currentIndex() > 0) settings.className = m_class->currentText().toStdString();
    if (m_layer->currentIndex() > 0) settings.layer = m_layer->currentIndex() - 1;
    return settings;
}

void ComparisonPanel::showEvent(QShowEvent* event) {
    LensPanel::showEvent(event);
    listRuns();
}

// Those with weights; what was trained on the same data first.
void ComparisonPanel::listRuns() {
    const std::string data = subject().model ? subject().model->data.name : std::string();
    m_listing.run(
        [folder = bridge().options().runsFolder, data](const Progress&) {
            std::vector<Run> same, others;
            for (const RunSummary& run : RunStore(folder).list()) {
                if (!run.hasModel) continue;
                (run.config.data.name == data ? same : others)
                    .push_back({run.name, run.folder, run_files::keptEpochs(run.folder)});
            }
            std::move(others.begin(), others.end(), std::back_inserter(same));
            return same;
        },
        [this](const std::vector<Run>& runs) { offerRuns(runs); });
}

void ComparisonPanel::offerRuns(const std::vector<Run>& runs) {
    const QString before = m_run->currentData().toString();
    m_runs = runs;
    {
        const QSignalBlocker blocker(m_run);
        m_run->clear();
        for (const Run& run : m_runs) {
            const QString name = run.folder == ownRun() ? tr("%1 (this run)").arg(qstr(run.name)) : qstr(run.name);
            m_run->addItem(name, pathText(run.folder));
        }
        int chosen = m_run->findData(before);
        for (int i = 0; chosen < 0 && i < m_run->count(); ++i)
            if (m_runs[static_cast<std::size_t>(i)].folder != ownRun()) chosen = i;
        m_run->setCurrentIndex(std::max(chosen, m_run->count() > 0 ? 0 : -1));
    }
    offerEpochs();
    if (m_run->currentData().toString() != before) refresh();
}

void ComparisonPanel::offerEpochs() {
    const QSignalBlocker blocker(m_epoch);
    const QVariant before = m_epoch->currentData();
    m_epoch->clear();
    m_epoch->addItem(tr("Best weights"), qint64{0});
    if (m_run->currentIndex() >= 0) {
        for (const std::int64_t epoch : m_runs[static_cast<std::size_t>(m_run->currentIndex())].epochs)
            m_epoch->addItem(tr("Epoch %1").arg(epoch), static_cast<qint64>(epoch));
    }
    m_epoch->setCurrentIndex(std::max(0, m_epoch->findData(before)));
}

void ComparisonPanel::beginSubject() {
    stopOther();
    m_search->cancel();
    m_first.reset();
    m_second.reset();
}

void ComparisonPanel::stopOther() {
    if (m_stop) *m_stop = true;
}

void ComparisonPanel::askModel() {
    stopOther();
    m_search->cancel();
    ask([settings = settings()](LoadedModel& model, const Image& image, const auto& progress) {
            return comparedSide(model, image, settings, progress);
        },
        [this, kind = &comparedMap(settings().map)](const ComparedSide& side) {
            offerClasses(side);
            if (!other().isCurrent()) return askOther(side, *kind);
            show(*kind, side, std::nullopt);
            m_finding->setText(m_listing.running() ? QString()
                                                   : tr("There is no run to compare with yet: train another one."));
        });
}

// The class is that of A, whatever B itself would answer.
void ComparisonPanel::askOther(const ComparedSide& first, const ComparedMap& kind) {
    m_stop = std::make_shared<std::atomic<bool>>(false);
    ComparisonSettings wanted = settings();
    wanted.map = kind.key;
    wanted.className = first.about;
    const auto question = [wanted, image = subject().image, stop = m_stop](LoadedModel& model) {
        return comparedSide(model, *image, wanted, [stop](std::int64_t, std::int64_t) { return !*stop; });
    };
    bridge().ask(this, other(), question, [this, first, &kind, stop = m_stop](const Reply<ComparedSide>& reply) {
        if (*stop) return;
        show(kind, first, reply.answer);
        if (!reply.answer) return m_finding->setText(qstr(reply.problem));
        if (ownRun() == other().run) return m_finding->clear();
        m_search->start(ownRun(), other().run, subject().image);
    });
}

void ComparisonPanel::offerClasses(const ComparedSide& first) {
    std::vector<std::string> names(first.answers.size());
    for (const ClassProbability& answer : first.answers) names[static_cast<std::size_t>(answer.index)] = answer.name;
    QStringList items{tr("What A answers")};
    for (const std::string& name : names) items << qstr(name);
    QStringList before;
    for (int i = 0; i < m_class->count(); ++i) before << m_class->itemText(i);
    if (items != before) {
        const QSignalBlocker blocker(m_class);
        m_class->clear();
        m_class->addItems(items);
    }
    const int layers = static_cast<int>(subject().model->model.layers);
    if (m_layer->count() == layers + 1) return;
    const QSignalBlocker blocker(m_layer);
    m_layer->clear();
    m_layer->addItem(tr("Last"));
    for (int layer = 0; layer < layers; ++layer) m_layer->addItem(tr("Block %1").arg(layer + 1));
}

void ComparisonPanel::show(const ComparedMap& kind, const ComparedSide& first,
                        const std::optional<ComparedSide>& second) {
    m_kind = &kind;
    m_first = first;
    m_second = second;
    m_difference = m_second ? mapDifference(m_first->map, m_second->map) : std::nullopt;
    m_captions[First]->setText(sideText(tr("A"), *m_first));
    m_captions[Second]->setText(m_second ? sideText(tr("B"), *m_second) : tr("B"));
    const bool differ = m_second && !m_difference;
    m_captions[Between]->setText(differ ? tr("No difference: A has %1 × %2 patches, B %3 × %4")
                                              .arg(m_first->map.shape[0])
                                              .arg(m_first->map.shape[1])
                                              .arg(m_second->map.shape[0])
                                              .arg(m_second->map.shape[1])
                                        : tr("B − A"));
    for (QLabel* caption : m_captions) caption->setToolTip(caption->text());
    showMaps();
    showAnswers();
    tellPatch(First, m_views[First]->pointedPatch());
}

void ComparisonPanel::showMaps() {
    if (!m_first) return;
    const QString quantity = qstr(m_kind->quantity);
    std::vector<HeatMap> maps{heatMapOf(m_first->map, m_kind->diverging)};
    maps.push_back(m_second ? heatMapOf(m_second->map, m_kind->diverging) : HeatMap{});
    const ColourScale scale = m_held ? *m_held : scaleOf(maps, m_look->style().colours);
    const std::array pictures{m_first->picture, m_second ? m_second->picture : Image{}};
    for (const Place place : {First, Second}) {
        m_views[place]->setStyle(m_look->style());
        m_views[place]->setQuantity(quantity);
        m_views[place]->setScale(scale);
        m_views[place]->setPicture(pictures[place]);
        m_views[place]->setMap(maps[place]);
    }
    m_views[Between]->setStyle(m_look->style());
    m_views[Between]->setQuantity(tr("difference"));
    m_views[Between]->setPicture(m_difference ? m_first->picture : Image{});
    m_views[Between]->setMap(m_difference ? heatMapOf(*m_difference, true) : HeatMap{});
}

void ComparisonPanel::showAnswers() {
    const std::vector<AnswerPair> pairs = m_second ? pairedAnswers(*m_first, *m_second) : std::vector<AnswerPair>();
    m_answers->setRowCount(static_cast<int>(pairs.size()));
    for (int row = 0; row < m_answers->rowCount(); ++row) {
        const AnswerPair& pair = pairs[static_cast<std::size_t>(row)];
        const std::array texts{qstr(pair.name), percentOrNone(pair.first), percentOrNone(pair.second),
                               changeText(pair)};
        for (int column = 0; column < 4; ++column) {
            auto* item = new QTableWidgetItem(texts[static_cast<std::size_t>(column)]);
            if (column > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_answers->setItem(row, column, item);
        }
    }
}

// The others mark the same place.
void ComparisonPanel::point(Place from, int patch) {
    if (!m_first) return;
    const auto shapeOf = [this](Place place) {
        return place == Second && m_second ? m_second->map.shape : m_first->map.shape;
    };
    for (const Place place : {First, Second, Between}) {
        if (place == from || m_views[place]->patchCount() == 0) continue;
        const QSignalBlocker blocker(m_views[place]);
        m_views[place]->setCurrentPatch(samePlace(patch, shapeOf(from), shapeOf(place)));
    }
    tellPatch(from, patch);
}

void ComparisonPanel::tellPatch(Place from, int patch) {
    if (patch < 0 || !m_second) return m_pointed->setText({});
    const auto& shape = from == Second ? m_second->map.shape : m_first->map.shape;
    const auto valueIn = [&](const FloatArray& map) {
        const int there = samePlace(patch, shape, map.shape);
        return plainNumber(map.values[static_cast<std::size_t>(there)]);
    };
    QString text = tr("Row %1, column %2: A %3, B %4")
                       .arg(patch / shape[1])
                       .arg(patch % shape[1])
                       .arg(valueIn(m_first->map), valueIn(m_second->map));
    if (m_difference) text += tr(", B − A %1").arg(valueIn(*m_difference));
    m_pointed->setText(text);
}

}  // namespace vit::ui
