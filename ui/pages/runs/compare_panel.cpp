// SPDX-License-Identifier: GPL-3.0-or-later
// Table, switch and a word when there is nothing to compare.
#include "ui/pages/runs/compare_panel.h"

#include "ui/look/theme.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr std::size_t kMostCompared = 50;
constexpr int kColumnWidth = 210;

}  // namespace

ComparePanel::ComparePanel(QWidget* parent) : QWidget(parent), m_model(nullptr) {
    setObjectName("comparePanel");
    m_all = new QCheckBox(tr("Also what is the same"), this);
    m_all->setObjectName("compareAll");
    m_all->setToolTip(tr("Show every setting and result; what differs is bold"));
    m_note = new QLabel(this);
    setRole(m_note, "muted");
    m_table = new QTableView(this);
    m_table->setObjectName("compareTable");
    m_table->setAccessibleName(tr("Comparison of the selected runs"));
    m_table->setModel(&m_model);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->horizontalHeader()->setDefaultSectionSize(kColumnWidth);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace);
    m_table->verticalHeader()->setHighlightSections(false);
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_all);
    bar->addStretch();
    bar->addWidget(m_note);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpaceSmall);
    layout->setSpacing(kSpaceSmall);
    layout->addLayout(bar);
    layout->addWidget(m_table, 1);
    connect(m_all, &QCheckBox::toggled, this, &ComparePanel::show);
    show();
}

void ComparePanel::setRuns(const std::vector<const RunSummary*>& runs) {
    m_runs.clear();
    for (const RunSummary* run : runs)
        if (m_runs.size() < kMostCompared) m_runs.push_back(*run);
    show();
}

void ComparePanel::show() {
    std::vector<const RunSummary*> runs;
    for (const RunSummary& run : m_runs) runs.push_back(&run);
    m_model.setRuns(runs, m_all->isChecked() || runs.size() == 1);
    if (runs.size() < 2) m_note->setText(tr("Select two runs or more to compare them"));
    else if (runs.size() == kMostCompared) m_note->setText(tr("The first %1 of the selected runs").arg(kMostCompared));
    else
        m_note->setText(
            tr("%1 of %2 settings and results differ").arg(differingColumns(runs).size()).arg(runColumns().size()));
}

}  // namespace vit::ui
