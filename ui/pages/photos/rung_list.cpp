// SPDX-License-Identifier: GPL-3.0-or-later
// A row of a grid for each way.
#include "ui/pages/photos/rung_list.h"

#include "ui/look/format.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/photos/share_bar.h"
#include "ui/pages/photos/step_heading.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kMostEpochs = 1000;

QString resultText(const RungResult& result) {
    if (!result.done()) return RungList::tr("Failed");
    return RungList::tr("%1  ·  %2").arg(percentText(result.figures.metrics.accuracy),
                                         result.seconds < 0.1 ? QStringLiteral("< 0.1 s") : durationText(result.seconds));
}

QString tipOf(const RungResult& result) {
    if (!result.done()) return qstr(result.problem);
    QString tip = RungList::tr("%1 of the test photos are told right; macro-F1 %2")
                      .arg(percentText(result.figures.metrics.accuracy), percentText(result.figures.macroF1));
    if (result.estimate) tip += "\n" + RungList::tr("%1 of the training photos").arg(percentText(*result.estimate));
    return tip + "\n" + qstr(result.detail);
}

}  // namespace

RungList::RungList(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    m_epochs = new QSpinBox(this);
    m_epochs->setObjectName("photosEpochs");
    m_epochs->setRange(1, kMostEpochs);
    m_epochs->setValue(static_cast<int>(kTuningEpochs));
    m_epochs->setSuffix(tr(" epochs"));
    m_epochs->setAccessibleName(tr("Epochs of the ways that train"));
    m_epochs->setToolTip(tr("How many times the ways that train go through all photos"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpaceLarge);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 3);
    grid->setColumnStretch(2, 2);
    for (const RungRow& rung : rungTable()) {
        const Row row = makeRow(rung);
        const int place = static_cast<int>(m_rows.size());
        grid->addWidget(row.check, place, 0);
        grid->addWidget(row.help, place, 1);
        grid->addWidget(row.bar, place, 2);
        grid->addWidget(row.result, place, 3);
        m_rows.push_back(row);
    }
    auto* top = new QHBoxLayout;
    top->addWidget(new StepHeading(3, tr("Ways to a classifier"), this), 1);
    top->addWidget(m_epochs);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addLayout(top);
    layout->addLayout(grid);
    connect(m_epochs, &QSpinBox::valueChanged, this, &RungList::changed);
    clearResults();
}

RungList::Row RungList::makeRow(const RungRow& rung) {
    const QString key = rung.key;
    Row row{rung.rung, new QCheckBox(tr(rung.label), this), new QLabel(tr(rung.help), this), new ShareBar(this),
            new QLabel(this), {}};
    row.check->setObjectName("rung." + key);
    row.check->setToolTip(tr(rung.help));
    row.check->setChecked(!rung.trains);
    row.help->setWordWrap(true);
    setRole(row.help, "muted");
    row.result->setObjectName("rungResult." + key);
    row.result->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("100.00 %  ·  59 min 59 s")));
    connect(row.check, &QCheckBox::toggled, this, &RungList::changed);
    return row;
}

std::vector<Rung> RungList::chosen() const {
    std::vector<Rung> rungs;
    for (const Row& row : m_rows)
        if (row.check->isChecked()) rungs.push_back(row.rung);
    return rungs;
}

std::int64_t RungList::epochs() const { return m_epochs->value(); }

void RungList::showLikely(const std::vector<double>& seconds) {
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row& row = m_rows[i];
        const double likely = i < seconds.size() ? seconds[i] : 0;
        const QString before = row.likely;
        row.likely = seconds.empty() ? QString() : likely < 1 ? tr("about a second") : tr("about %1").arg(durationText(likely));
        if (row.result->text() == before) row.result->setText(row.likely);
    }
}

void RungList::clearResults() {
    for (Row& row : m_rows) {
        row.bar->setShare(-1);
        row.result->setText(row.likely);
        row.result->setToolTip(tr("How long it is likely to take here; the features of the photos are computed once"));
        setRole(row.result, "muted");
    }
}

void RungList::showBegun(Rung rung) {
    for (Row& row : m_rows)
        if (row.rung == rung) row.result->setText(tr("at work…"));
}

void RungList::showResults(const LadderResult& result) {
    const RungResult* best = bestRung(result, false);
    for (const RungResult& one : result.rungs) {
        for (Row& row : m_rows) {
            if (row.rung != one.rung) continue;
            row.bar->setShare(one.done() ? one.figures.metrics.accuracy : -1);
            row.bar->setBest(&one == best);
            row.bar->setToolTip(tipOf(one));
            row.result->setText(resultText(one));
            row.result->setToolTip(tipOf(one));
            setRole(row.result, one.done() ? "" : "error");
        }
    }
}

void RungList::setBusy(bool busy) {
    for (Row& row : m_rows) row.check->setEnabled(!busy);
    m_epochs->setEnabled(!busy);
}

}  // namespace vit::ui
