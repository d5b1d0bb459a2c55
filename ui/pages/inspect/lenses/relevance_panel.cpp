// SPDX-License-Identifier: GPL-3.0-or-later
// One question for map and faithfulness.
#include "ui/pages/inspect/lenses/relevance_panel.h"

#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/pages/inspect/lenses/map_look.h"
#include "ui/widgets/number_item.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

// Places in the list of classes that are no number of a class.
constexpr int kPredicted = -1;
constexpr int kTrue = -2;

QString gainText(double gain) { return QString::number(gain, 'f', 3); }

std::optional<std::int64_t> numberOf(const std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional<std::int64_t>(found - names.begin());
}

ClassProbability classAbout(LoadedModel& model, const Image& image, int wanted, const std::string& trueClass) {
    const auto all = model.predict(image, static_cast<int>(model.classNames().size())).top;
    std::optional<std::int64_t> number;
    if (wanted == kTrue) number = numberOf(model.classNames(), trueClass);
    else if (wanted != kPredicted) number = wanted;
    for (const ClassProbability& entry : all)
        if (entry.index == number) return entry;
    return all.front();
}

struct Wanted {
    std::string method;
    int classNumber;
    std::string trueClass;
    RelevancePanel::Task task;
};

RelevancePanel::Answer compute(LoadedModel& model, const Image& image, const Wanted& wanted,
                               const LoadedModel::Progress& progress) {
    RelevancePanel::Answer answer;
    const RelevanceMethod& method = relevanceMethod(wanted.method);
    answer.state = model.state();
    answer.method = wanted.method;
    answer.about = classAbout(model, image, wanted.classNumber, wanted.trueClass);
    answer.classNames = model.classNames();
    answer.picture = model.look(image).picture;
    answer.found = relevance(model, image, answer.about.index, method, progress);
    const auto measured = [&](const FloatArray& map) { return faithfulness(model, image, map, answer.about.index); };
    const Faithfulness own = measured(answer.found.map);
    answer.gain = own.gain;
    answer.removal = own.removal;
    answer.control = measured(randomMap(answer.found.map.shape[0], answer.found.map.shape[1], 0)).gain;
    if (wanted.task == RelevancePanel::Task::Check)
        answer.stages = sanity(model, image, answer.about.index, method, progress);
    if (wanted.task != RelevancePanel::Task::Rank) return answer;
    for (const RelevanceMethod& other : relevanceMethods())
        answer.ranking.emplace_back(
            other.key, measured(relevance(model, image, answer.about.index, other, progress).map).gain);
    return answer;
}

QTableWidget* makeTable(const QStringList& headings, QWidget* parent) {
    auto* table = new QTableWidget(0, static_cast<int>(headings.size()), parent);
    table->setHorizontalHeaderLabels(headings);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setTabKeyNavigation(false);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->verticalHeader()->setDefaultSectionSize(parent->fontMetrics().height() + kSpace);
    return table;
}

// All rows are seen at once.
void setRows(QTableWidget* table, int rows) {
    table->setRowCount(rows);
    table->setFixedHeight(table->horizontalHeader()->sizeHint().height() + 2 * table->frameWidth() +
                          rows * table->verticalHeader()->defaultSectionSize());
}

}  // namespace

RelevancePanel::RelevancePanel(SessionBridge& bridge, QWidget* parent)
    : LensPanel(bridge, parent), m_method(relevanceMethods().front().key), m_class(kPredicted) {
    m_view = new MapView(content());
    m_view->setObjectName("relevanceView");
    m_view->setAccessibleName(tr("Relevance of the patches"));
    m_finding = new QLabel(content());
    m_finding->setObjectName("relevanceFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    m_finding->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_finding);
    makeControls();
}

void RelevancePanel::makeControls() {
    m_controls = new LensControls(tr("Relevance"), this);
    m_classes = new QComboBox(m_controls);
    m_classes->setObjectName("relevanceClass");
    m_classes->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_classes->setToolTip(tr("The class whose reasons are shown"));
    m_classes->addItem(tr("Predicted class"), kPredicted);
    m_controls->add(tr("For"), m_classes);
    makeMethods();
    m_help = m_controls->addText("relevanceHelp");
    m_look = new MapLook(m_controls);
    m_controls->add(m_look);
    makeCheck();
    m_controls->addStretch();
    setTask(Task::None);
    connect(m_classes, &QComboBox::activated, this, [this] {
        m_class = m_classes->currentData().toInt();
        setTask(Task::None);
        refresh();
    });
    connect(m_look, &MapLook::changed, this, [this] { m_look->dress(*m_view); });
}

void RelevancePanel::makeMethods() {
    m_methods = makeTable({tr("Method"), tr("Faithful")}, m_controls);
    m_methods->setObjectName("relevanceMethods");
    m_methods->setAccessibleName(tr("Methods and their faithfulness"));
    m_methods->horizontalHeaderItem(1)->setToolTip(
        tr("Symmetric relevance gain, −1 to 1: how much faster the probability falls when the most relevant patches go "
           "first than when the least relevant do. A random map has 0 on average."));
    for (const RelevanceMethod& method : relevanceMethods()) m_rows.emplace_back(method.key);
    setRows(m_methods, static_cast<int>(m_rows.size()));
    fillMethods();
    m_controls->add(m_methods);
    m_rank = new QPushButton(m_controls);
    m_rank->setObjectName("relevanceRank");
    m_rank->setToolTip(tr("Find out which method is the most faithful for this picture: it comes first then"));
    m_controls->add(m_rank);
    connect(m_methods, &QTableWidget::currentCellChanged, this, [this](int current) {
        if (current < 0 || m_rows[static_cast<std::size_t>(current)] == m_method) return;
        m_method = m_rows[static_cast<std::size_t>(current)];
        setTask(Task::None);
        refresh();
    });
    connect(m_rank, &QPushButton::clicked, this, [this] { choose(Task::Rank); });
}

void RelevancePanel::makeCheck() {
    m_check = new QPushButton(m_controls);
    m_check->setObjectName("relevanceCheck");
    m_check->setToolTip(tr("Give the model random weights, from the head down, and see how much of the map stays. The "
                           "model itself is left alone."));
    m_controls->add(m_check);
    m_verdict = m_controls->addText("relevanceVerdict");
    m_stages = makeTable({tr("Random from the head to"), tr("Correlation")}, m_controls);
    m_stages->setObjectName("relevanceStages");
    m_stages->setAccessibleName(tr("How far the map stays with random weights"));
    m_stages->horizontalHeaderItem(1)->setToolTip(
        tr("Spearman's rank correlation of this map with that of the partly random model, −1 to 1. Low is good."));
    m_controls->add(m_stages);
    showStages();
    connect(m_check, &QPushButton::clicked, this, [this] { choose(Task::Check); });
}

QWidget* RelevancePanel::controls() { return m_controls; }

void RelevancePanel::holdScale(bool held) { m_look->holdScale(held); }

LensSettings RelevancePanel::exportSettings() const {
    LensSettings settings;
    if (m_class != kPredicted && m_answer) settings.classNumber = m_answer->about.index;
    settings.sanity = m_answer && !m_answer->stages.empty();
    m_look->applyTo(settings);
    return settings;
}

// The button of what is under way ends it.
void RelevancePanel::choose(Task task) {
    setTask(task == m_task ? Task::None : task);
    refresh();
}

void RelevancePanel::setTask(Task task) {
    m_task = task;
    m_rank->setText(task == Task::Rank ? tr("Cancel") : tr("Measure all methods"));
    m_check->setText(task == Task::Check ? tr("Cancel") : tr("Check against random weights"));
}

// Another picture: its gains are not those of the one before.
void RelevancePanel::beginSubject() {
    m_answer.reset();
    m_gains.clear();
    setTask(Task::None);
    fillMethods();
    showStages();
    if (!subject().model) m_class = kPredicted;
}

void RelevancePanel::askModel() {
    ask([wanted = Wanted{m_method, m_class, subject().trueClass, m_task}](LoadedModel& model, const Image& image,
                                                                          const auto& progress) {
            return compute(model, image, wanted, progress);
        },
        [this](const Answer& answer) { show(answer); });
}

void RelevancePanel::show(const Answer& answer) {
    takeGains(answer);
    m_answer = answer;
    if (!answer.ranking.empty() || !answer.stages.empty()) setTask(Task::None);
    offerClasses(answer);
    const RelevanceMethod& method = relevanceMethod(answer.method);
    QString finding = method.ofClass ? tr("For “%1” (%2). ").arg(QString::fromStdString(answer.about.name),
                                                                  percentText(answer.about.probability))
                                     : tr("The same whatever the class. ");
    finding += tr("Faithfulness %1; of a random map %2.").arg(gainText(answer.gain), gainText(answer.control));
    m_finding->setText(finding);
    QString help = QString::fromUtf8(method.help);
    if (!answer.found.note.empty()) help += ' ' + QString::fromStdString(answer.found.note) + '.';
    help += ' ' + tr("For its faithfulness patches go as follows: %1.").arg(QString::fromStdString(answer.removal));
    m_help->setText(help);
    showStages();
    showMap();
}

// Gains of another class or of other weights are not left standing beside those of these.
void RelevancePanel::takeGains(const Answer& answer) {
    const bool comparable = m_answer && sameWeights(m_answer->state, answer.state) &&
                            m_answer->about.index == answer.about.index;
    if (!comparable) m_gains.clear();
    m_gains[answer.method] = answer.gain;
    for (const auto& [key, gain] : answer.ranking) m_gains[key] = gain;
    if (!answer.ranking.empty()) {
        std::stable_sort(m_rows.begin(), m_rows.end(),
                         [this](const std::string& a, const std::string& b) { return m_gains[a] > m_gains[b]; });
    }
    fillMethods();
}

void RelevancePanel::fillMethods() {
    const QSignalBlocker blocker(m_methods);
    for (int row = 0; row < m_methods->rowCount(); ++row) {
        const std::string& key = m_rows[static_cast<std::size_t>(row)];
        const RelevanceMethod& method = relevanceMethod(key);
        auto* name = new QTableWidgetItem(QString::fromUtf8(method.name));
        name->setToolTip(QString::fromUtf8(method.help) + '\n' + QString::fromUtf8(method.source));
        m_methods->setItem(row, 0, name);
        const auto gain = m_gains.find(key);
        m_methods->setItem(row, 1, numberItem(gain == m_gains.end() ? QString() : gainText(gain->second)));
        if (key == m_method) m_methods->selectRow(row);
    }
}

void RelevancePanel::showStages() {
    const std::vector<SanityStage> stages = m_answer ? m_answer->stages : std::vector<SanityStage>();
    m_stages->setVisible(!stages.empty());
    m_verdict->setVisible(!stages.empty());
    if (stages.empty()) return;
    setRows(m_stages, static_cast<int>(stages.size()));
    for (int row = 0; row < m_stages->rowCount(); ++row) {
        const SanityStage& stage = stages[static_cast<std::size_t>(row)];
        m_stages->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(stage.from)));
        m_stages->setItem(row, 1, numberItem(QString::number(stage.correlation, 'f', 2)));
    }
    const double left = std::abs(stages.back().correlation);
    constexpr double kLittle = 0.3, kMuch = 0.7;
    QString verdict = tr("With random weights most of this map stays: it shows the picture rather than what the model "
                         "learned.");
    if (left < kMuch) verdict = tr("With random weights part of this map stays: that part is the picture's own.");
    if (left < kLittle) verdict = tr("With random weights little of this map stays: it shows what the model learned.");
    m_verdict->setText(verdict + ' ' + tr("Low is good."));
}

void RelevancePanel::offerClasses(const Answer& answer) {
    std::vector<std::pair<QString, int>> wanted = {{tr("Predicted class"), kPredicted}};
    if (numberOf(answer.classNames, subject().trueClass))
        wanted.emplace_back(tr("True class: %1").arg(QString::fromStdString(subject().trueClass)), kTrue);
    for (std::size_t i = 0; i < answer.classNames.size(); ++i)
        wanted.emplace_back(QString::fromStdString(answer.classNames[i]), static_cast<int>(i));
    bool same = m_classes->count() == static_cast<int>(wanted.size());
    for (int i = 0; same && i < m_classes->count(); ++i)
        same = m_classes->itemText(i) == wanted[static_cast<std::size_t>(i)].first;
    if (same) return;
    const QSignalBlocker blocker(m_classes);
    m_classes->clear();
    for (const auto& [text, number] : wanted) m_classes->addItem(text, number);
    const int chosen = m_classes->findData(m_class);
    m_classes->setCurrentIndex(std::max(0, chosen));
    if (chosen < 0) m_class = kPredicted;  // which is what was answered
}

void RelevancePanel::showMap() {
    const RelevanceMethod& method = relevanceMethod(m_answer->method);
    m_look->dress(*m_view);
    m_view->setPicture(m_answer->picture);
    m_view->setQuantity(tr("relevance: %1").arg(QString::fromUtf8(method.name)));
    m_view->setMap(heatMapOf(m_answer->found.map, method.diverging));
}

}  // namespace vit::ui
