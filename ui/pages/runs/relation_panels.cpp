// SPDX-License-Identifier: GPL-3.0-or-later
// The plots with the controls that choose their columns.
#include "ui/pages/runs/relation_panels.h"

#include "ui/look/theme.h"
#include "ui/pages/runs/parallel_plot.h"
#include "ui/pages/runs/scatter_plot.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr std::size_t kMostAxes = 7;

bool isPlottable(const RunColumn& column) { return column.key != "name" && column.key != "notes"; }

// Numbers that were measured, or everything that can lie along an axis.
void fill(QComboBox* box, bool resultsOnly, const char* chosen) {
    for (const RunColumn& column : runColumns()) {
        const bool wanted = resultsOnly ? column.isNumeric() && !column.isSetting() : isPlottable(column);
        if (!wanted) continue;
        const QString label = QString::fromStdString(column.label);
        box->addItem(column.isSetting() ? QString::fromStdString(column.group) + " · " + label : label,
                     QString::fromStdString(column.key));
    }
    box->setCurrentIndex(box->findData(chosen));
    box->setMaxVisibleItems(20);
}

const RunColumn* chosenColumn(const QComboBox* box) {
    return findRunColumn(box->currentData().toString().toStdString());
}

QVBoxLayout* makeLayout(QWidget* panel) {
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpaceSmall);
    layout->setSpacing(kSpaceSmall);
    return layout;
}

}  // namespace

void RelationPanel::setPlot(RunsPlot* plot) {
    m_plot = plot;
    connect(plot, &RunsPlot::runsChosen, this, &RelationPanel::runsChosen);
}

void RelationPanel::setRuns(const std::vector<const RunSummary*>& runs, const QStringList& selected) {
    m_plot->setRuns(runs);
    m_plot->setSelected(selected);
    columnsFor(runs);
}

void RelationPanel::setSelected(const QStringList& folders) { m_plot->setSelected(folders); }

ParallelPanel::ParallelPanel(QWidget* parent) : RelationPanel(parent) {
    setObjectName("parallelPanel");
    m_plot = new ParallelPlot(this);
    setPlot(m_plot);
    m_menu = new QMenu(this);
    m_axes = new QToolButton(this);
    m_axes->setObjectName("parallelAxes");
    m_axes->setText(tr("Axes"));
    m_axes->setIcon(icon("arrow-down"));
    m_axes->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_axes->setToolTip(tr("Which settings stand side by side; at first those that differ"));
    m_axes->setPopupMode(QToolButton::InstantPopup);
    m_axes->setMenu(m_menu);
    m_result = new QComboBox(this);
    m_result->setObjectName("parallelResult");
    m_result->setToolTip(tr("The last axis, which colours the lines"));
    fill(m_result, true, "best_accuracy");
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_axes);
    bar->addStretch();
    bar->addWidget(new QLabel(tr("Result"), this));
    bar->addWidget(m_result);
    QVBoxLayout* layout = makeLayout(this);
    layout->addLayout(bar);
    layout->addWidget(m_plot, 1);
    connect(m_menu, &QMenu::aboutToShow, this, &ParallelPanel::fillMenu);
    connect(m_result, &QComboBox::currentIndexChanged, this, &ParallelPanel::applyColumns);
}

void ParallelPanel::columnsFor(const std::vector<const RunSummary*>& runs) {
    m_differing.clear();
    for (const RunColumn* column : differingColumns(runs))
        if (column->isSetting() && m_differing.size() < kMostAxes) m_differing.push_back(column);
    applyColumns();
}

void ParallelPanel::applyColumns() {
    std::vector<const RunColumn*> columns = m_differing;
    if (!m_chosen.isEmpty()) {
        columns.clear();
        for (const QString& key : m_chosen) columns.push_back(findRunColumn(key.toStdString()));
    }
    columns.push_back(chosenColumn(m_result));
    m_plot->setColumns(std::move(columns));
}

void ParallelPanel::fillMenu() {
    m_menu->clear();
    QAction* usual = m_menu->addAction(tr("Settings that differ"), this, [this] {
        m_chosen.clear();
        applyColumns();
    });
    usual->setEnabled(!m_chosen.isEmpty());
    m_menu->addSeparator();
    QStringList shown = m_chosen;
    if (shown.isEmpty())
        for (const RunColumn* column : m_differing) shown << QString::fromStdString(column->key);
    QMenu* group = nullptr;
    for (const RunColumn& column : runColumns()) {
        if (!isPlottable(column)) continue;
        const QString title = QString::fromStdString(column.group);
        if (!group || group->title() != title) group = m_menu->addMenu(title);
        const QString key = QString::fromStdString(column.key);
        QAction* action = group->addAction(QString::fromStdString(column.label));
        action->setCheckable(true);
        action->setChecked(shown.contains(key));
        connect(action, &QAction::toggled, this, [this, shown, key](bool on) mutable {
            if (on) shown << key;
            else shown.removeAll(key);
            m_chosen = shown;
            applyColumns();
        });
    }
}

ScatterPanel::ScatterPanel(QWidget* parent) : RelationPanel(parent) {
    setObjectName("scatterPanel");
    m_plot = new ScatterPlot(this);
    setPlot(m_plot);
    m_x = new QComboBox(this);
    m_x->setObjectName("scatterX");
    m_x->setToolTip(tr("What lies along the horizontal axis"));
    fill(m_x, false, "optimizer.learning_rate");
    m_y = new QComboBox(this);
    m_y->setObjectName("scatterY");
    m_y->setToolTip(tr("What lies along the vertical axis"));
    fill(m_y, false, "best_accuracy");
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_y);
    bar->addWidget(new QLabel(tr("against"), this));
    bar->addWidget(m_x);
    bar->addStretch();
    QVBoxLayout* layout = makeLayout(this);
    layout->addLayout(bar);
    layout->addWidget(m_plot, 1);
    for (QComboBox* box : {m_x, m_y}) connect(box, &QComboBox::currentIndexChanged, this, &ScatterPanel::applyColumns);
    applyColumns();
}

void ScatterPanel::applyColumns() { m_plot->setColumns(chosenColumn(m_x), chosenColumn(m_y)); }

}  // namespace vit::ui
