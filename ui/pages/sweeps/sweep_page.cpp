// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the controller's sweep and passes on what is asked of it.
#include "ui/pages/sweeps/sweep_page.h"

#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/sweeps/sweep_dialog.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kMinimumChoiceWidth = 240;

}  // namespace

SweepPage::SweepPage(SessionBridge& bridge, Prompts& prompts, QWidget* parent)
    : QWidget(parent), m_prompts(prompts), m_bridge(bridge), m_controller(bridge) {
    setObjectName("sweepPage");
    m_banner = new Banner(this);
    m_banner->hide();
    m_stack = new QStackedWidget(this);
    m_empty = new EmptyState("sweeps", tr("No sweep yet"),
                             tr("A sweep tries many values of some hyperparameters, one run after the other, and shows "
                                "which does best. It can be stopped at any moment and goes on where it was."),
                             this);
    m_first = m_empty->addButton("firstSweep", tr("New sweep…"));
    connect(m_first, &QPushButton::clicked, this, &SweepPage::newSweepRequested);
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(makeBar());
    column->addWidget(makeTable(), 1);
    column->addWidget(makeFooter());
    m_stack->addWidget(m_empty);
    m_stack->addWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);

    connect(&m_controller, &SweepController::changed, this, &SweepPage::refresh);
    connect(&m_controller, &SweepController::progressChanged, this,
            [this] { m_model.setProgress(m_controller.progress()); });
    connect(&m_controller, &SweepController::failed, m_banner, &Banner::showError);
    // What may be done depends on whether any run is going on.
    connect(&bridge, &SessionBridge::runRequested, this, &SweepPage::updateButtons);
    connect(&bridge, &SessionBridge::runFinished, this, &SweepPage::updateButtons);
    connect(&bridge, &SessionBridge::runFailed, this, &SweepPage::updateButtons);
    connect(&bridge, &SessionBridge::evaluationRequested, this, &SweepPage::updateButtons);
    connect(&bridge, &SessionBridge::runEvaluated, this, &SweepPage::updateButtons);
    refresh();
}

QPushButton* SweepPage::makeButton(const char* name, const char* iconName, const QString& text, const QString& tip) {
    auto* button = new QPushButton(text, this);
    if (iconName) button->setIcon(icon(iconName));
    button->setObjectName(name);
    button->setToolTip(tip);
    return button;
}

QWidget* SweepPage::makeBar() {
    m_choice = new QComboBox(this);
    m_choice->setObjectName("sweepChoice");
    m_choice->setAccessibleName(tr("Sweep"));
    m_choice->setToolTip(tr("The sweep to look at"));
    m_choice->setMinimumWidth(kMinimumChoiceWidth);
    connect(m_choice, &QComboBox::activated, this, &SweepPage::chooseSweep);
    m_run = makeButton("runSweep", "play", tr("Resume"), {});
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (m_controller.running()) m_controller.pause();
        else m_controller.resume();
    });
    m_extend = makeButton("extendSweep", "plus", tr("Add trials…"), tr("Draw more trials of the same sweep"));
    connect(m_extend, &QPushButton::clicked, this, &SweepPage::extend);
    m_retry = makeButton("retrySweep", "reset", tr("Retry failed"), tr("Put the failed trials back into the queue"));
    connect(m_retry, &QPushButton::clicked, &m_controller, &SweepController::retryFailed);
    m_new = makeButton("newSweep", "plus", tr("New sweep…"), tr("Vary hyperparameters of the experiment in the form"));
    connect(m_new, &QPushButton::clicked, this, &SweepPage::newSweepRequested);

    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    row->addWidget(m_choice);
    row->addWidget(m_run);
    row->addWidget(m_extend);
    row->addWidget(m_retry);
    row->addStretch(1);
    row->addWidget(m_new);
    return bar;
}

QWidget* SweepPage::makeTable() {
    m_table = new QTableView(this);
    m_table->setObjectName("sweepTable");
    m_table->setModel(&m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    connect(m_table, &QTableView::doubleClicked, m_open = makeButton("openTrial", "train", tr("Open run"), {}),
            &QPushButton::click);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &SweepPage::updateButtons);
    connect(&m_model, &QAbstractItemModel::modelReset, this, [this] { m_table->resizeColumnsToContents(); });
    auto* card = new QFrame(this);
    setRole(card, "card");
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_table);
    return card;
}

QWidget* SweepPage::makeFooter() {
    m_summary = new QLabel(this);
    m_summary->setObjectName("sweepSummary");
    setRole(m_summary, "muted");
    m_order = new QComboBox(this);
    m_order->setObjectName("sweepOrder");
    m_order->setAccessibleName(tr("Order of the trials"));
    m_order->addItems({tr("Best first"), tr("In the queue's order")});
    connect(m_order, &QComboBox::currentIndexChanged, this, [this](int index) {
        const SweepTrial* trial = selected();
        const int number = trial ? trial->number : 0;
        m_model.setOrder(index == 0 ? SweepModel::Order::BestFirst : SweepModel::Order::Queue);
        if (number > 0) m_table->selectRow(m_model.rowOf(number));
        updateButtons();
    });
    m_up = makeButton("trialUp", nullptr, tr("Move up"), tr("Move the trial up in the queue"));
    m_down = makeButton("trialDown", nullptr, tr("Move down"), tr("Move the trial down in the queue"));
    connect(m_up, &QPushButton::clicked, this, [this] { moveBy(-1); });
    connect(m_down, &QPushButton::clicked, this, [this] { moveBy(1); });
    m_open->setToolTip(tr("Look at the trial's run"));
    connect(m_open, &QPushButton::clicked, this, [this] {
        const SweepTrial* trial = selected();
        if (trial && m_open->isEnabled()) Q_EMIT runChosen(qstr(m_controller.sweep()->runFolder(*trial).string()));
    });
    auto* footer = new QWidget(this);
    auto* row = new QHBoxLayout(footer);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    row->addWidget(m_summary, 1);
    row->addWidget(m_order);
    row->addWidget(m_up);
    row->addWidget(m_down);
    row->addWidget(m_open);
    return footer;
}

void SweepPage::newSweep(const Config& base, const QString& label, const std::optional<vit::ModelInput>& input) {
    SweepDialog dialog(base, label, input, m_controller.speed(), window());
    if (dialog.exec() != QDialog::Accepted) return;
    m_banner->clear();
    m_controller.start(dialog.plan());
}

void SweepPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    fillChoice();
    if (!m_controller.sweep() && m_choice->count() > 0) chooseSweep(0);
}

void SweepPage::fillChoice() {
    const QSignalBlocker blocker(m_choice);
    m_choice->clear();
    try {
        for (const SweepFolder& sweep : m_controller.sweeps())
            m_choice->addItem(qstr(sweep.name()), qstr(sweep.path().string()));
    } catch (const Error& fault) {
        m_banner->showError(qstr(fault.what()));
    }
    if (m_controller.sweep()) m_choice->setCurrentIndex(m_choice->findText(qstr(m_controller.sweep()->name())));
}

void SweepPage::chooseSweep(int index) {
    m_banner->clear();
    try {
        m_controller.show(SweepFolder(m_choice->itemData(index).toString().toStdString()));
    } catch (const Error& fault) {
        m_banner->showError(qstr(fault.what()));
    }
}

void SweepPage::refresh() {
    m_stack->setCurrentIndex(m_controller.sweep() ? 1 : 0);
    if (!m_controller.sweep()) return;
    if (m_choice->currentText() != qstr(m_controller.sweep()->name())) fillChoice();
    const SweepTrial* trial = selected();
    const int number = trial ? trial->number : 0;
    m_model.setProgress(m_controller.progress());
    m_model.setState(m_controller.state());
    if (number > 0 && selected() == nullptr) m_table->selectRow(m_model.rowOf(number));
    updateButtons();
}

void SweepPage::updateButtons() {
    m_first->setEnabled(!m_bridge.busy());
    if (!m_controller.sweep()) return;
    const SweepState& state = m_controller.state();
    const SweepCounts counts = countTrials(state);
    const bool running = m_controller.running();
    const bool open = counts.waiting + counts.running > 0;
    const bool free = !running && !m_controller.runningElsewhere() && !m_bridge.busy();

    m_choice->setEnabled(!running);
    m_new->setEnabled(free);
    m_run->setText(m_controller.stopping() ? tr("Pausing…") : running ? tr("Pause") : tr("Resume"));
    m_run->setIcon(icon(running ? "pause" : "play"));
    m_run->setEnabled(running ? !m_controller.stopping() : free && open);
    m_run->setToolTip(running                             ? tr("End the trial within a step; it goes on later")
                      : m_controller.runningElsewhere()   ? tr("Another program runs this sweep")
                      : m_bridge.busy()                   ? tr("A run is going on")
                      : open                              ? tr("Go on with the queue")
                                                          : tr("Every trial is through"));
    const bool drawn = state.plan.count > 0;
    m_extend->setEnabled(drawn);
    m_extend->setToolTip(drawn ? tr("Draw more trials of the same sweep") : tr("A grid has no more combinations"));
    m_retry->setVisible(counts.failed > 0);

    QString text = state.trials.size() == 1 ? tr("1 trial") : tr("%1 trials").arg(state.trials.size());
    text += tr(" · %1 done · %2 waiting").arg(counts.done).arg(counts.waiting);
    if (counts.failed > 0) text += tr(" · %1 failed").arg(counts.failed);
    if (m_controller.runningElsewhere()) text += tr(" · another program runs it");
    m_summary->setText(text);

    const SweepTrial* trial = selected();
    const bool queued = trial && trial->status == TrialStatus::Waiting;
    const auto place = trial ? m_table->currentIndex().data(SweepModel::PositionRole).toInt() : 0;
    m_up->setEnabled(queued && place > 1);
    m_down->setEnabled(queued && place < static_cast<int>(state.trials.size()));
    m_open->setEnabled(trial && !trial->run.empty() && !m_bridge.busy());
}

void SweepPage::moveBy(int places) {
    const SweepTrial* trial = selected();
    if (!trial) return;
    m_controller.move(trial->number, m_table->currentIndex().data(SweepModel::PositionRole).toInt() + places);
}

void SweepPage::extend() {
    const QString answer = m_prompts.askText(this, tr("Add trials"), tr("How many more trials are to be drawn?"), "3");
    if (answer.isEmpty()) return;
    bool number = false;
    const int count = answer.toInt(&number);
    if (number && count > 0) m_controller.extend(count);
    else m_banner->showError(tr("\"%1\" is no number of trials: use a whole number above 0.").arg(answer));
}

const SweepTrial* SweepPage::selected() const {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : m_model.trialAt(rows.front().row());
}

}  // namespace vit::ui
