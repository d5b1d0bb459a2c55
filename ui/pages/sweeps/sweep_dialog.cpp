// SPDX-License-Identifier: GPL-3.0-or-later
// Plans anew after each edit; the plan itself says what is wrong.
#include "ui/pages/sweeps/sweep_dialog.h"

#include "ui/look/format.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/sweeps/axis_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kTypingMs = 120;
constexpr int kFirstCount = 9;
constexpr QSize kSize(1080, 620);

template <typename Enum>
void addChoice(QComboBox* combo, Enum value, const QString& text, const QString& tip) {
    combo->addItem(text, static_cast<int>(value));
    combo->setItemData(combo->count() - 1, tip, Qt::ToolTipRole);
}

template <typename Enum>
Enum chosen(const QComboBox* combo) {
    return static_cast<Enum>(combo->currentData().toInt());
}

}  // namespace

SweepDialog::SweepDialog(const Config& base, const QString& label, const std::optional<vit::ModelInput>& input,
                         std::optional<MeasuredSpeed> speed, QWidget* parent)
    : QDialog(parent), m_base(base), m_input(input), m_speed(std::move(speed)) {
    setObjectName("sweepDialog");
    setWindowTitle(tr("New sweep"));
    resize(kSize);
    m_typing.setSingleShot(true);
    m_typing.setInterval(kTypingMs);
    connect(&m_typing, &QTimer::timeout, this, &SweepDialog::replan);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});  // no other button of the window has the style's own
    m_start = buttons->addButton(tr("Start sweep"), QDialogButtonBox::AcceptRole);
    m_start->setObjectName("startSweep");
    setRole(m_start, "primary");
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        replan();  // what was typed last
        if (m_start->isEnabled()) accept();
    });
    auto* halves = new QHBoxLayout;
    halves->setSpacing(kSpaceLarge);
    halves->addWidget(makeSetup(label), 3);
    halves->addWidget(makePreview(), 2);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace + 2);
    layout->addLayout(halves, 1);
    layout->addWidget(buttons);
    addAxis("optimizer.learning_rate");
    replan();
}

QWidget* SweepDialog::makeSetup(const QString& label) {
    m_name = new QLineEdit(label, this);
    m_name->setObjectName("sweepName");
    auto* rows = new QWidget(this);
    m_axes = new QVBoxLayout(rows);
    m_axes->setContentsMargins(0, 0, kSpace, 0);
    m_axes->setSpacing(kSpace);
    m_axes->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(rows);
    auto* add = new QPushButton(icon("plus"), tr("Vary another hyperparameter"), this);
    add->setObjectName("addAxis");
    connect(add, &QPushButton::clicked, this, [this] {
        // The first one of the schema that changes what is learned and is not varied yet.
        for (const char* key :
             {"model.layers", "model.heads", "model.mlp_dropout", "optimizer.weight_decay", "run.batch_size"}) {
            const bool taken =
                std::any_of(m_rows.begin(), m_rows.end(), [&](const AxisRow* row) { return row->key() == key; });
            if (!taken) return addAxis(key);
        }
        addAxis(schema().front().key);
    });
    auto* title = new QLabel(tr("Vary"), this);
    title->setFont(titleFont());
    auto* side = new QWidget(this);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(title);
    layout->addWidget(scroll, 1);
    layout->addWidget(add, 0, Qt::AlignLeft);
    layout->addSpacing(kSpace);
    layout->addLayout(makeStrategy());
    return side;
}

QFormLayout* SweepDialog::makeStrategy() {
    const auto combo = [this](const char* name) {
        auto* box = new QComboBox(this);
        box->setObjectName(name);
        connect(box, &QComboBox::activated, this, &SweepDialog::replan);
        return box;
    };
    const auto number = [this](const char* name, int least, int value) {
        auto* box = new QSpinBox(this);
        box->setObjectName(name);
        box->setRange(least, static_cast<int>(kMaxTrials));
        box->setValue(value);
        connect(box, &QSpinBox::valueChanged, this, [this] { m_typing.start(); });
        return box;
    };
    m_strategy = combo("sweepStrategy");
    addChoice(m_strategy, SweepStrategy::Grid, tr("Grid"), tr("Every combination of the values"));
    addChoice(m_strategy, SweepStrategy::Random, tr("Random"), tr("Combinations drawn at random"));
    addChoice(m_strategy, SweepStrategy::Halving, tr("Successive halving"),
              tr("Start many, and let the best third go on at each rung, from their checkpoints"));
    m_count = number("sweepCount", 0, kFirstCount);
    m_count->setSpecialValueText(tr("the whole grid"));
    m_seed = number("sweepSeed", 0, 1);
    m_rungs = new QLineEdit(this);
    m_rungs->setObjectName("sweepRungs");
    m_rungs->setToolTip(tr("Epochs in all at the end of each rung, as in 1, 3, 9"));
    connect(m_rungs, &QLineEdit::textEdited, this, [this] { m_typing.start(); });
    m_objective = combo("sweepObjective");
    for (const auto objective : {SweepObjective::ValidationAccuracy, SweepObjective::ValidationLoss}) {
        const Metric& metric = metricOf(objective);
        addChoice(m_objective, objective, tr("Validation %1").arg(metric.name),
                  metric.higherIsBetter ? tr("The highest is best") : tr("The lowest is best"));
    }
    m_order = combo("sweepPlanOrder");
    addChoice(m_order, SweepOrder::Listed, tr("As listed"), {});
    addChoice(m_order, SweepOrder::Shuffled, tr("Shuffled"), {});
    addChoice(m_order, SweepOrder::CheapestFirst, tr("Quickest first"), {});
    m_skip = new QCheckBox(tr("Leave out combinations that cannot be trained"), this);
    m_skip->setObjectName("sweepSkip");
    connect(m_skip, &QCheckBox::toggled, this, &SweepDialog::replan);

    m_form = new QFormLayout;
    m_form->setHorizontalSpacing(kSpaceLarge);
    m_form->setVerticalSpacing(kSpace - 2);
    m_form->addRow(tr("Name"), m_name);
    m_form->addRow(tr("Strategy"), m_strategy);
    m_form->addRow(tr("Trials"), m_count);
    m_form->addRow(tr("Seed"), m_seed);
    m_form->addRow(tr("Rungs"), m_rungs);
    m_form->addRow(tr("Objective"), m_objective);
    m_form->addRow(tr("Order"), m_order);
    m_form->addRow(QString(), m_skip);
    return m_form;
}

QWidget* SweepDialog::makePreview() {
    auto* title = new QLabel(tr("Trials"), this);
    title->setFont(titleFont());
    m_model.setOrder(SweepModel::Order::Queue);
    m_table = new QTableView(this);
    m_table->setObjectName("planTable");
    m_table->setModel(&m_model);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_summary = new QLabel(this);
    m_summary->setObjectName("planSummary");
    m_summary->setWordWrap(true);
    m_problems = new QLabel(this);
    m_problems->setObjectName("planProblems");
    m_problems->setWordWrap(true);
    setRole(m_problems, "error");
    auto* card = new QFrame(this);
    setRole(card, "card");
    auto* inner = new QVBoxLayout(card);
    inner->setContentsMargins(1, 1, 1, 1);
    inner->addWidget(m_table);
    auto* side = new QWidget(this);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(title);
    layout->addWidget(card, 1);
    layout->addWidget(m_summary);
    layout->addWidget(m_problems);
    return side;
}

void SweepDialog::addAxis(const std::string& key) {
    auto* row = new AxisRow(m_base, key, this);
    m_axes->insertWidget(static_cast<int>(m_rows.size()), row);
    m_rows.push_back(row);
    connect(row, &AxisRow::edited, this, [this] { m_typing.start(); });
    connect(row, &AxisRow::removeRequested, this, [this, row] {
        std::erase(m_rows, row);
        row->hide();
        row->deleteLater();
        replan();
    });
    replan();
}

Issues SweepDialog::readPlan() {
    Issues issues;
    m_plan = {};
    m_plan.base = m_base;
    m_plan.name = m_name->text().trimmed().isEmpty() ? "sweep" : m_name->text().trimmed().toStdString();
    m_plan.strategy = chosen<SweepStrategy>(m_strategy);
    m_plan.objective = chosen<SweepObjective>(m_objective);
    m_plan.order = chosen<SweepOrder>(m_order);
    m_plan.skipInvalid = m_skip->isChecked();
    m_plan.seed = m_seed->value();
    if (m_plan.strategy != SweepStrategy::Grid) m_plan.count = m_count->value();
    for (const AxisRow* row : m_rows) {
        try {
            m_plan.axes.push_back(row->axis());
        } catch (const InvalidInput& fault) {
            issues.insert(issues.end(), fault.issues().begin(), fault.issues().end());
        }
    }
    if (m_plan.strategy != SweepStrategy::Halving) return issues;
    for (const QString& text : m_rungs->text().split(QRegularExpression("[,;\\s]+"), Qt::SkipEmptyParts)) {
        bool read = false;
        m_plan.rungs.push_back(text.toLongLong(&read));
        if (!read) issues.push_back({"rungs", QString("\"%1\" is no number of epochs.").arg(text).toStdString()});
    }
    return issues;
}

void SweepDialog::replan() {
    m_typing.stop();
    const Issues unread = readPlan();
    SweepPreview preview;
    if (unread.empty()) preview = previewSweep(m_plan);
    else preview.issues = unread;

    const bool halving = m_plan.strategy == SweepStrategy::Halving;
    m_form->labelForField(m_count)->setVisible(m_plan.strategy != SweepStrategy::Grid);
    m_count->setVisible(m_plan.strategy != SweepStrategy::Grid);
    m_form->labelForField(m_rungs)->setVisible(halving);
    m_rungs->setVisible(halving);
    QStringList rungs;
    SweepPlan usual = m_plan;
    usual.rungs.clear();
    for (const std::int64_t rung : sweepRungs(usual)) rungs << QString::number(rung);
    m_rungs->setPlaceholderText(rungs.join(", "));

    SweepState state;
    state.plan = m_plan;
    for (const PlannedTrial& planned : preview.trials) {
        SweepTrial trial;
        trial.number = planned.number;
        trial.settings = planned.settings;
        state.trials.push_back(std::move(trial));
    }
    if (!unread.empty()) state.plan.axes.clear();
    m_model.setState(std::move(state));
    const int shown = 1 + static_cast<int>(unread.empty() ? m_plan.axes.size() : 0);
    for (int column = 0; column < m_model.columnCount(); ++column) m_table->setColumnHidden(column, column >= shown);
    showIssues(preview.issues);
    m_summary->setText(preview.issues.empty() ? summary(preview) : QString());
    m_start->setEnabled(preview.issues.empty());
}

void SweepDialog::showIssues(const Issues& issues) {
    QStringList others;
    for (AxisRow* row : m_rows) row->showProblem({});
    for (const Issue& issue : issues) {
        const auto row = std::find_if(m_rows.begin(), m_rows.end(),
                                      [&](const AxisRow* candidate) { return candidate->key() == issue.key; });
        if (row != m_rows.end()) {
            (*row)->showProblem(qstr(issue.message));
        } else {
            const Field* field = findField(issue.key);
            others << (field ? qstr(field->label) + ": " : QString()) + qstr(issue.message);
        }
    }
    m_problems->setText(others.join('\n'));
    m_problems->setVisible(!others.isEmpty());
}

QString SweepDialog::summary(const SweepPreview& preview) const {
    QString text = tr("%1 trials").arg(withThousands(static_cast<std::int64_t>(preview.trials.size())));
    if (preview.trials.size() == 1) text = tr("1 trial");
    if (preview.leftOut > 0) text += tr(", %1 combinations left out").arg(withThousands(preview.leftOut));
    if (m_plan.strategy == SweepStrategy::Halving) {
        QStringList steps;
        auto kept = static_cast<std::int64_t>(preview.trials.size());
        for (const std::int64_t rung : sweepRungs(m_plan)) {
            steps << tr("%1 to epoch %2").arg(kept).arg(rung);
            kept = std::max<std::int64_t>(1, kept / kKeptShare);
        }
        text += ": " + steps.join(", ");
    }
    return text + ". " + timeText(preview);
}

QString SweepDialog::timeText(const SweepPreview& preview) const {
    if (!m_speed || !m_input || !(m_speed->config.data == m_base.data))
        return tr("How long it takes can be told after a run with the same data in this window.");
    const double speed = m_speed->imagesPerSecond * derive(m_speed->config, *m_input).trainingFlopsPerImage;
    const double flops =
        sweepFlopsPerImage(m_plan, preview.trials, *m_input) * static_cast<double>(m_speed->trainImages);
    return tr("About %1, by the speed of the last run.").arg(durationText(flops / speed));
}

}  // namespace vit::ui
