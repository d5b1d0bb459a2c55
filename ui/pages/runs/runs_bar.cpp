// SPDX-License-Identifier: GPL-3.0-or-later
// Widgets and keys of the row.
#include "ui/pages/runs/runs_bar.h"

#include "ui/look/theme.h"
#include "ui/widgets/elided_label.h"

#include <QAction>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

namespace vit::ui {

namespace {

constexpr int kFilterWidth = 260;

}  // namespace

RunsBar::RunsBar(const QList<QAction*>& buttons, QWidget* parent) : QWidget(parent) {
    makeFilter();
    m_count = new ElidedLabel(this);
    m_count->setObjectName("runsCount");
    setRole(m_count, "muted");
    m_onlyDiffering = new QCheckBox(tr("Only what differs"), this);
    m_onlyDiffering->setObjectName("onlyDiffering");
    m_onlyDiffering->setToolTip(tr("Show those hyperparameters that are not the same in all selected runs, or in all "
                                   "runs of the table if fewer than two are selected"));
    auto* columns = new QToolButton(this);
    columns->setObjectName("runsColumns");
    columns->setText(tr("Columns"));
    columns->setIcon(icon("arrow-down"));
    columns->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    columns->setToolTip(tr("Choose the columns: any hyperparameter or result"));
    columns->setFocusPolicy(Qt::TabFocus);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_filter, 2);
    layout->addSpacing(kSpaceSmall);
    layout->addWidget(m_count, 1);
    layout->addWidget(m_onlyDiffering);
    layout->addWidget(columns);
    for (QAction* action : buttons) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setFocusPolicy(Qt::TabFocus);
        layout->addWidget(button);
    }
    connect(columns, &QToolButton::clicked, this,
            [this, columns] { Q_EMIT columnsRequested(columns->mapToGlobal(QPoint(0, columns->height()))); });
    connect(m_filter, &QLineEdit::textChanged, this, &RunsBar::filterChanged);
    connect(m_onlyDiffering, &QCheckBox::toggled, this, &RunsBar::onlyDifferingChanged);
}

void RunsBar::makeFilter() {
    m_filter = new QLineEdit(this);
    m_filter->setObjectName("runsFilter");
    m_filter->setMinimumWidth(kFilterWidth);
    m_filter->setPlaceholderText(tr("Filter: words, layers>=8, best_accuracy>50%"));
    m_filter->setAccessibleName(tr("Filter runs"));
    m_filter->setToolTip(tr("Words are looked for in name, tags, notes, state and data set. A comparison takes any "
                            "column's key, which the column's tip shows (Ctrl+F)"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(icon("search", IconTint::Muted), QLineEdit::LeadingPosition);
    m_filter->installEventFilter(this);
}

void RunsBar::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void RunsBar::showCount(int shown, int all) {
    if (shown != all) m_count->setText(tr("%1 of %2 runs").arg(shown).arg(all));
    else m_count->setText(all == 1 ? tr("1 run") : tr("%1 runs").arg(all));
    m_count->setToolTip({});
}

void RunsBar::showProblem(const QString& problem) {
    setRole(m_filter, problem.isEmpty() ? "" : "error");
    setRole(m_count, problem.isEmpty() ? "muted" : "error");
    if (problem.isEmpty()) return;
    m_count->setText(problem);
    m_count->setToolTip(problem);
}

bool RunsBar::onlyDiffering() const { return m_onlyDiffering->isChecked(); }
void RunsBar::setOnlyDiffering(bool on) { m_onlyDiffering->setChecked(on); }

bool RunsBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_filter || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape:
            if (m_filter->text().isEmpty()) return false;
            m_filter->clear();
            return true;
        case Qt::Key_Down:
        case Qt::Key_Return:
        case Qt::Key_Enter: Q_EMIT filterLeft(); return true;
        default: return false;
    }
}

}  // namespace vit::ui
