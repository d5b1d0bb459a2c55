// SPDX-License-Identifier: GPL-3.0-or-later
// Writes events into labels.
#include "ui/pages/train/progress_panel.h"

#include "core/base/number_text.h"
#include "core/events/state_words.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/widgets/elided_label.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit::ui {

namespace {

constexpr auto kUnknown = "–";
constexpr int kClockMs = 500;
constexpr int kBarUnits = 10'000;

QLabel* makeCaption(const QString& text, QWidget* parent) {
    auto* caption = new QLabel(text, parent);
    QFont small = caption->font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    caption->setFont(small);
    setRole(caption, "muted");
    return caption;
}

QFont strong(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

QString testCaption(const char* metric, const std::string& views) {
    const QString caption = ProgressPanel::tr("test %1").arg(metric);
    return views.empty() ? caption : ProgressPanel::tr("%1, %2").arg(caption, QString::fromStdString(views));
}

}  // namespace

ProgressPanel::ProgressPanel(QWidget* parent) : QWidget(parent) {
    setObjectName("progressPanel");
    setRole(this, "card");
    setAttribute(Qt::WA_StyledBackground);
    m_bar = new QProgressBar(this);
    m_bar->setObjectName("runProgress");
    m_bar->setTextVisible(false);
    auto* left = new QVBoxLayout;
    left->setSpacing(7);
    left->addLayout(makePlace());
    left->addWidget(m_bar);
    left->addLayout(makeFacts());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge - 2, kSpace + 2, kSpaceLarge - 2, kSpace + 1);
    layout->setSpacing(kSpaceLarge);
    layout->addLayout(left, 1);
    layout->addWidget(makeResults());

    m_clock.setInterval(kClockMs);
    connect(&m_clock, &QTimer::timeout, this, &ProgressPanel::showElapsed);
}

QLayout* ProgressPanel::makePlace() {
    m_name = new QLabel(this);
    m_name->setObjectName("runName");
    m_name->setFont(titleFont());
    m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_phase = new ElidedLabel(this);
    m_phase->setObjectName("runPhase");
    setRole(m_phase, "muted");
    m_position = new QLabel(this);
    m_position->setObjectName("runPosition");
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace + 4);
    row->addWidget(m_name);
    row->addWidget(m_phase, 1);
    row->addWidget(m_position);
    return row;
}

QLayout* ProgressPanel::makeFacts() {
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpaceLarge + 6);
    m_speed = new QLabel(this);
    addFact(m_speed, row, "runSpeed", tr("images/s"), tr("Training speed, smoothed"));
    m_elapsed = new QLabel(this);
    addFact(m_elapsed, row, "runElapsed", tr("elapsed"), tr("Since Train was clicked"));
    m_remaining = new QLabel(this);
    addFact(m_remaining, row, "runRemaining", tr("remaining"), tr("Estimate, with validation"));
    m_memory = new QLabel(this);
    addFact(m_memory, row, "runMemory", tr("peak memory"), tr("Highest memory use of the device so far"));
    m_precision = new QLabel(this);
    addFact(m_precision, row, "runPrecision", tr("precision"), tr("Number format of the large products"));
    m_device = new ElidedLabel(this);
    addFact(m_device, row, "runDevice", tr("device"), tr("What computes, and why"));
    row->setStretch(row->count() - 1, 1);
    for (QLabel* fact : {m_elapsed, m_remaining})
        fact->setMinimumWidth(fact->fontMetrics().horizontalAdvance("00 min 00 s"));
    for (QLabel* fact : {m_speed, m_device}) fact->setMinimumWidth(fact->fontMetrics().horizontalAdvance("00,000.0"));
    return row;
}

QWidget* ProgressPanel::makeResults() {
    m_results = new QWidget(this);
    auto* results = new QGridLayout(m_results);
    results->setContentsMargins(kSpaceLarge, 0, 0, 0);
    results->setHorizontalSpacing(kSpaceLarge + 6);
    results->setVerticalSpacing(0);
    for (const Metric& metric : kMetrics) {
        if (!metric.share) continue;
        const Result result{metric, new QLabel(m_results), makeCaption({}, m_results)};
        result.value->setObjectName("test" + QString::fromStdString(capitalized(metric.shortKey)));
        result.value->setFont(displayFont());
        setRole(result.value, "success");
        result.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int column = static_cast<int>(m_shares.size());
        results->addWidget(result.value, 0, column);
        results->addWidget(result.caption, 1, column, Qt::AlignTop);
        m_shares.push_back(result);
    }
    results->setRowStretch(1, 1);
    m_results->hide();
    return m_results;
}

void ProgressPanel::addFact(QLabel* value, QHBoxLayout* row, const QString& name, const QString& caption,
                            const QString& help) {
    value->setText(kUnknown);
    value->setObjectName(name);
    value->setFont(strong(value->font()));
    QLabel* label = makeCaption(caption, this);
    value->setToolTip(help);
    label->setToolTip(help);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(value);
    column->addWidget(label);
    row->addLayout(column);
}

void ProgressPanel::showRequested() {
    m_results->hide();
    m_name->setText(tr("New run"));
    m_position->clear();
    setPhase(tr("Preparing…"));
    m_bar->setRange(0, 0);
    for (QLabel* fact : {m_speed, m_remaining, m_memory, m_precision, m_device}) fact->setText(kUnknown);
    m_secondsAtStep = 0;
    m_sinceStep.start();
    m_clock.start();
    showElapsed();
}

void ProgressPanel::showStarted(const RunStarted& run) {
    m_name->setText(QString::fromStdString(run.runName));
    m_name->setToolTip(QString::fromStdString(run.runFolder));
    showDevice(run);
    m_epochs = run.config.run.epochs;
    showBar(double(run.firstEpoch - 1));
    setPhase(tr("Training"));
}

void ProgressPanel::showDevice(const RunStarted& run) {
    const auto shown = [](const std::string& text) { return text.empty() ? kUnknown : QString::fromStdString(text); };
    m_device->setText(shown(run.device));
    m_device->setToolTip(QString::fromStdString(run.device + "\n" + run.kernels));
    m_precision->setText(shown(run.precision.substr(0, run.precision.find(" ("))));  // why, its tip says
    m_precision->setToolTip(tr("Number format of the large products: %1").arg(shown(run.precision)));
}

void ProgressPanel::showSteps(const StepDone& last) {
    const auto stepsPerEpoch = double(std::max<std::int64_t>(1, last.stepsPerEpoch));
    showBar(double(last.epoch - 1) + double(last.stepInEpoch) / stepsPerEpoch);
    m_position->setText(tr("Epoch <b>%1</b> of %2 &nbsp;·&nbsp; step %3 of %4")
                            .arg(withThousands(last.epoch), withThousands(m_epochs), withThousands(last.stepInEpoch),
                                 withThousands(last.stepsPerEpoch)));
    m_speed->setText(withThousands(std::llround(last.imagesPerSecond)));
    m_remaining->setText(last.remainingSeconds < 0 ? kUnknown : durationText(last.remainingSeconds));
    m_memory->setText(bytesText(last.memoryBytes));
    m_secondsAtStep = last.elapsedSeconds;
    m_sinceStep.start();
    showElapsed();
    if (m_betweenSteps) setPhase(tr("Training"));
}

void ProgressPanel::showEpoch(const EpochDone& epoch) {
    setPhase(epoch.best ? tr("Training · epoch %1 is the best so far: saved").arg(epoch.epoch) : tr("Training"));
}

void ProgressPanel::showPhase(const PhaseChanged& phase) {
    QString text = QString::fromStdString(phase.what);
    if (phase.total > 0) text += QString(" %1 %").arg(100 * phase.done / phase.total);
    setPhase(text);
    m_betweenSteps = true;
}

void ProgressPanel::showPaused(bool paused) { setPhase(paused ? tr("Paused") : tr("Training")); }

void ProgressPanel::showStopping() { setPhase(tr("Stopping after this step…")); }

void ProgressPanel::showEvaluating() { setPhase(tr("Opening the model and its data set…")); }

void ProgressPanel::showEvaluated(const std::optional<RunFinished>& result) {
    if (result) showFinished(*result);
    else setPhase(tr("Ended before its time"));
}

void ProgressPanel::showFinished(const RunFinished& result) {
    endRun();
    m_elapsed->setText(durationText(result.seconds));
    setPhase(wordsOf(result.reason).ending);
    if (result.reason == StopReason::Completed) showBar(double(m_epochs));
    for (const Result& shown : m_shares) {
        const bool best = !result.tested && result.bestEpoch > 0 && shown.metric.value == kAccuracy.value;
        shown.value->setText(percentText(best ? result.bestValidationAccuracy : result.test.*shown.metric.value));
        shown.caption->setText(best ? tr("validation accuracy, best epoch %1").arg(result.bestEpoch)
                                    : testCaption(shown.metric.name, result.testViews));
        shown.value->setVisible(best || result.tested);
        shown.caption->setVisible(best || result.tested);
    }
    m_results->setVisible(result.tested || result.bestEpoch > 0);
}

void ProgressPanel::showEarlier(const RunSummary& run, const RunCurves& curves) {
    m_name->setText(QString::fromStdString(run.name));
    m_name->setToolTip(QString::fromStdString(run.folder.string()));
    m_epochs = run.config.run.epochs;
    if (!curves.steps.empty()) showSteps(curves.steps.back());
    if (run.result) return showFinished(*run.result);
    endRun();
    setPhase(tr("Ended before its time after %1 epochs").arg(withThousands(run.epochsDone)));
}

void ProgressPanel::showFailed(const RunFailed& failure) {
    endRun();
    if (!failure.runName.empty()) m_name->setText(QString::fromStdString(failure.runName));
    setPhase(tr("Failed: see the message above"));
}

void ProgressPanel::setPhase(const QString& text) {
    m_phase->setText(text);
    m_betweenSteps = false;
}

void ProgressPanel::showBar(double epochs) {
    m_bar->setRange(0, kBarUnits);
    m_bar->setValue(static_cast<int>(kBarUnits * epochs / double(std::max<std::int64_t>(1, m_epochs))));
}

void ProgressPanel::showElapsed() {
    m_elapsed->setText(durationText(m_secondsAtStep + double(m_sinceStep.elapsed()) / 1000));
}

void ProgressPanel::endRun() {
    m_clock.stop();
    m_remaining->setText(kUnknown);
    if (m_bar->maximum() == 0) showBar(0);
}

}  // namespace vit::ui
