// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the form together from the schema and keeps what it shows in step with the FormState.
#include "ui/form/experiment_form.h"

#include "ui/form/derived_panel.h"
#include "ui/form/epoch_estimate.h"
#include "ui/form/field_group.h"
#include "ui/form/field_row.h"
#include "ui/form/schedule_preview.h"
#include "ui/look/format.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"

#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStandardItemModel>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

QFrame* makeLine(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFixedHeight(1);
    line->setFrameShape(QFrame::NoFrame);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

// "About 38 min: 45 epochs of 51 s each."
QString runDuration(const RunConfig& run, double epochSeconds) {
    const QString all = durationText(epochSeconds * double(run.epochs));
    if (run.epochs == 1) return ExperimentForm::tr("About %1 for its one epoch.").arg(all);
    const QString text = run.patience > 0 ? ExperimentForm::tr("At most about %1: %2 epochs of %3 each.")
                                          : ExperimentForm::tr("About %1: %2 epochs of %3 each.");
    return text.arg(all, withThousands(run.epochs), durationText(epochSeconds));
}

}  // namespace

ExperimentForm::ExperimentForm(QWidget* parent) : QWidget(parent) {
    setObjectName("experimentForm");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makePresetBar());
    layout->addWidget(makeLine(this));
    layout->addWidget(makeFields(), 1);
    layout->addWidget(makeLine(this));
    layout->addWidget(makeFooter());
    refresh();
}

void ExperimentForm::setDataSets(std::vector<DataInfo> dataSets) {
    m_state.setDataSets(std::move(dataSets));
    for (FieldRow* row : m_rows) row->setDataSets(m_state.dataSets());
    refresh();
    Q_EMIT dataSetsChanged();
}

void ExperimentForm::setDataElsewhere(bool elsewhere) {
    if (!m_state.setDataElsewhere(elsewhere)) return;
    refreshStatus();
    Q_EMIT issuesChanged();
}

void ExperimentForm::setMachineIssues(const RunConfig& run, Issues issues) {
    m_state.setMachineIssues(run, std::move(issues));
    refreshStatus();
    Q_EMIT issuesChanged();
}

void ExperimentForm::setEpochEstimate(const EpochEstimate* estimate) {
    m_epochEstimate = estimate;
    refreshFacts();
}

void ExperimentForm::setConfig(const Config& config, const std::string& preset) {
    m_state.setPreset(preset);
    m_state.setConfig(config);
    refresh();
}

void ExperimentForm::setPreset(const std::string& preset) {
    m_start = isTuningPreset(preset) ? m_shownRun : std::nullopt;
    setConfig(applied(preset, m_start ? m_start->config : config()), preset);
}

void ExperimentForm::setShownRun(std::optional<StartingPoint> run) { m_shownRun = std::move(run); }

QString ExperimentForm::startProblem() const {
    if (!startsFromWeights()) return {};
    if (!m_start)
        return tr("It begins with the weights of a trained run: show one (Runs page), or import a model (Ctrl+I), then choose "
                  "this preset again");
    const bool readable = m_state.isFine("model.") && m_state.isFine("head.");  // else that is what is to be mended
    if (readable && !sharesWeights(config(), m_start->config))
        return tr("The model here is no longer that of %1, whose weights it begins with: choose this preset again, while the run "
                  "that you want is shown").arg(m_start->name);
    return {};
}

void ExperimentForm::setText(const std::string& key, const std::string& text) {
    if (isLocked()) return;
    for (FieldRow* row : m_rows) {
        if (row->field().key != key) continue;
        row->setText(qstr(text));
        edit(row);
    }
}

void ExperimentForm::lock(const Config& running) {
    m_running = running;
    refresh();
}

void ExperimentForm::unlock() {
    m_running.reset();
    refresh();
}

void ExperimentForm::showField(const std::string& key) {
    m_search->clear();
    for (FieldGroup* group : m_groups) {
        for (FieldRow* row : group->rows()) {
            if (row->field().key != key) continue;
            group->setOpen(true);
            row->focusEditor();
            // The section has its new height only after the layout has run.
            QTimer::singleShot(0, row, [this, row] { m_scroll->ensureWidgetVisible(row, 0, 60); });
            return;
        }
    }
}

void ExperimentForm::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

QString ExperimentForm::problemSummary() const {
    if (isValid()) return {};
    const Field* field = findField(issues().front().key);
    const QString label = field ? qstr(field->label) : qstr(issues().front().key);
    if (issues().size() == 1) return tr("%1 needs correcting").arg(label);
    return tr("%1 and %2 more need correcting").arg(label).arg(issues().size() - 1);
}

void ExperimentForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_facts) refreshStatus();
}

QStringList ExperimentForm::collapsedGroups() const {
    QStringList titles;
    for (const FieldGroup* group : m_groups)
        if (!group->isOpen()) titles << group->title();
    return titles;
}

void ExperimentForm::setCollapsedGroups(const QStringList& titles) {
    for (FieldGroup* group : m_groups) group->setOpen(!titles.contains(group->title()));
}

QWidget* ExperimentForm::makePresetBar() {
    auto* bar = new QWidget(this);
    m_presets = new QComboBox(bar);
    m_presets->setObjectName("presetSelector");
    m_presets->setAccessibleName(tr("Preset"));
    fillPresets();
    m_resetAll = new QPushButton(tr("Reset"), bar);
    m_resetAll->setObjectName("resetAll");
    m_resetAll->setToolTip(tr("Set every field back to the preset"));
    m_description = new QLabel(bar);
    m_description->setWordWrap(true);
    setRole(m_description, "muted");
    m_startNote = new QLabel(bar);
    m_startNote->setObjectName("startNote");
    m_startNote->setWordWrap(true);
    m_duration = new QLabel(bar);
    m_duration->setObjectName("runDuration");
    m_duration->setWordWrap(true);
    m_duration->setToolTip(tr("Estimate, from the time of an epoch that stands below"));
    m_search = new QLineEdit(bar);
    m_search->setObjectName("fieldSearch");
    m_search->setPlaceholderText(tr("Search hyperparameters"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon("search", IconTint::Muted), QLineEdit::LeadingPosition);
    m_search->setToolTip(tr("Show only the fields whose name or help contains these words (Ctrl+F)"));
    m_lockNote = new QLabel(tr("A run is on: these are its settings. They can be edited again when it ends."), bar);
    m_lockNote->setObjectName("lockNote");
    m_lockNote->setWordWrap(true);
    setRole(m_lockNote, "warning");

    auto* top = new QHBoxLayout;
    top->addWidget(m_presets, 1);
    top->addWidget(m_resetAll);
    auto* layout = new QVBoxLayout(bar);
    layout->setContentsMargins(kSpace + 4, kSpace, kSpace + 4, kSpace);
    layout->setSpacing(6);
    layout->addLayout(top);
    layout->addWidget(m_description);
    layout->addWidget(m_startNote);
    layout->addWidget(m_duration);
    layout->addWidget(m_lockNote);
    layout->addWidget(m_search);

    connect(m_presets, &QComboBox::activated, this, &ExperimentForm::askForPreset);
    connect(m_resetAll, &QPushButton::clicked, this,
            [this] { setConfig(applied(preset(), config()), preset()); });
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& words) {
        bool any = false;
        for (FieldGroup* group : m_groups) {
            group->filter(words);
            any |= group->isVisibleTo(m_scroll->widget());
        }
        m_nothingFound->setVisible(!any);
    });
    return bar;
}

// By what they are for: under headings that cannot be chosen.
void ExperimentForm::fillPresets() {
    auto* items = qobject_cast<QStandardItemModel*>(m_presets->model());
    std::optional<PresetAim> aim;
    for (const PresetEntry* preset : presetMenu()) {
        if (preset->aim != aim) {
            aim = preset->aim;
            m_presets->addItem(tr(aimTitle(*aim)));
            QStandardItem* heading = items->item(m_presets->count() - 1);
            heading->setFlags(Qt::NoItemFlags);
            QFont bold = m_presets->font();
            bold.setBold(true);
            heading->setFont(bold);
        }
        m_presets->addItem(qstr(preset->title), qstr(preset->name));
        m_presets->setItemData(m_presets->count() - 1, qstr(preset->description), Qt::ToolTipRole);
    }
}

QWidget* ExperimentForm::makeFields() {
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, kSpaceSmall, kSpaceSmall, kSpaceSmall);
    layout->setSpacing(0);
    for (const std::string& title : schemaGroups()) {
        auto* group = new FieldGroup(qstr(title), content);
        for (const Field& field : schema())
            if (field.group == title) group->addRow(makeRow(field));
        if (title == "Schedule") {
            m_schedule = new SchedulePreview(group);
            group->addFigure(m_schedule);
        }
        m_groups.push_back(group);
        layout->addWidget(group);
    }
    m_nothingFound = new QLabel(tr("No hyperparameter has these words in its name or help."), content);
    m_nothingFound->setWordWrap(true);
    m_nothingFound->setMargin(kSpaceLarge);
    setRole(m_nothingFound, "muted");
    m_nothingFound->hide();
    layout->addWidget(m_nothingFound);
    layout->addStretch();

    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(content);
    m_scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    return m_scroll;
}

QWidget* ExperimentForm::makeFooter() {
    auto* footer = new QWidget(this);
    m_summary = new QPushButton(footer);
    m_summary->setObjectName("issueSummary");
    m_summary->setFlat(true);
    m_summary->setCursor(Qt::PointingHandCursor);
    m_summary->setToolTip(tr("Go to the first field to correct"));
    m_summary->setIcon(icon("warning", IconTint::Error));
    setRole(m_summary, "problem");
    m_help = new QLabel(footer);
    m_help->setObjectName("fieldHelp");
    m_help->setWordWrap(true);
    m_help->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_help->setFixedHeight(m_help->fontMetrics().lineSpacing() * 4 + kSpaceSmall);
    setRole(m_help, "muted");
    m_facts = new DerivedPanel(footer);
    setRole(m_facts, "card");
    m_facts->setAttribute(Qt::WA_StyledBackground);

    auto* layout = new QVBoxLayout(footer);
    layout->setContentsMargins(kSpace + 4, kSpace, kSpace + 4, kSpace);
    layout->setSpacing(6);
    layout->addWidget(m_summary);
    layout->addWidget(m_facts);
    layout->addWidget(m_help);
    connect(m_summary, &QPushButton::clicked, this, [this] {
        if (!isValid()) showField(issues().front().key);
    });
    showHelp(nullptr);
    return footer;
}

FieldRow* ExperimentForm::makeRow(const Field& field) {
    auto* row = new FieldRow(field, this);
    m_rows.push_back(row);
    connect(row, &FieldRow::edited, this, [this, row] { edit(row); });
    connect(row, &FieldRow::editorFocused, this, [this, row] { showHelp(row); });
    connect(row, &FieldRow::resetRequested, this, [this, row] {
        row->setText(qstr(m_state.presetText(row->field())));
        edit(row);
    });
    return row;
}

void ExperimentForm::edit(FieldRow* row) {
    m_state.setText(row->field(), row->text().toStdString());
    if (row->field().key == "data.name") showText("data.validation_split");  // which may have followed
    refreshStatus();
    Q_EMIT issuesChanged();
    tellConfig();
}

void ExperimentForm::showText(std::string_view key) {
    for (FieldRow* row : m_rows)
        if (row->field().key == key) row->setText(qstr(m_state.text(row->field())));
}

void ExperimentForm::refresh() {
    m_presets->setCurrentIndex(m_presets->findData(qstr(preset())));
    m_description->setText(qstr(m_state.preset().description));
    m_presets->setEnabled(!isLocked());
    m_lockNote->setVisible(isLocked());
    m_description->setVisible(!isLocked());
    for (FieldRow* row : m_rows) {
        const Field& field = row->field();
        row->setText(qstr(m_running ? toText(field, field.get(*m_running)) : m_state.text(field)));
        row->setLocked(isLocked());
    }
    refreshStatus();
    Q_EMIT issuesChanged();
    if (!isLocked()) tellConfig();
}

void ExperimentForm::tellConfig() {
    if (m_state.isSound()) Q_EMIT soundConfigChanged(config());
    if (isValid()) Q_EMIT configChanged(config());
}

void ExperimentForm::refreshStatus() {
    const Issues none;
    const Issues& shown = isLocked() ? none : issues();
    const QString title = qstr(m_state.preset().title);
    const Config& seen = m_running ? *m_running : m_state.config();
    m_schedule->showSchedule(seen);
    for (FieldRow* row : m_rows) row->setMatters(matters(row->field(), seen));
    for (FieldGroup* group : m_groups) {
        int changes = 0;
        int problems = 0;
        for (FieldRow* row : group->rows()) {
            const auto issue = std::find_if(shown.begin(), shown.end(),
                                            [&](const Issue& one) { return one.key == row->field().key; });
            row->setProblem(issue == shown.end() ? QString() : qstr(issue->message));
            const bool changed = !isLocked() && m_state.changed(row->field());
            row->setChanged(changed, qstr(m_state.presetText(row->field())), title);
            changes += changed ? 1 : 0;
            problems += issue == shown.end() ? 0 : 1;
        }
        group->setCounts(changes, problems);
    }
    m_resetAll->setEnabled(!isLocked() && m_state.changed());
    m_summary->setVisible(!shown.empty());
    m_summary->setText(problemSummary());
    refreshStart();
    refreshFacts();
}

void ExperimentForm::refreshStart() {
    const QString problem = startProblem();
    m_startNote->setVisible(startsFromWeights() && !isLocked());
    m_startNote->setText(!problem.isEmpty() ? problem + "."
                         : m_start          ? tr("Begins with the weights of %1.").arg(m_start->name)
                                            : QString());
    setRole(m_startNote, problem.isEmpty() ? "muted" : "warning");
}

void ExperimentForm::refreshFacts() {
    const Config& config = m_running ? *m_running : m_state.config();
    const bool valid =
        isLocked() || (m_state.isFine("model.") && m_state.isFine("head.") && m_state.isFine("run.batch_size"));
    const std::optional<vit::ModelInput> input = m_state.modelInput(config);
    m_facts->showFacts(config, input, valid);
    const std::optional<double> epochSeconds =
        valid && input && m_epochEstimate ? m_epochEstimate->seconds(config, *input) : std::nullopt;
    m_facts->showEpochSeconds(epochSeconds);
    m_duration->setVisible(epochSeconds && !isLocked());
    m_duration->setText(epochSeconds ? runDuration(config.run, *epochSeconds) : QString());
}

void ExperimentForm::showHelp(const FieldRow* row) {
    m_help->setText(row ? fieldHelp(row->field())
                        : tr("Choose a preset, or change any field: its help appears here. A dot marks what differs "
                             "from the preset."));
}

void ExperimentForm::askForPreset(int index) { setPreset(m_presets->itemData(index).toString().toStdString()); }

}  // namespace vit::ui
