// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse and theme of the plots of many runs.
#include "ui/pages/runs/runs_plot.h"

#include "ui/pages/runs/runs_model.h"
#include "ui/plot/plot_style.h"

#include <QMouseEvent>
#include <QToolTip>

namespace vit::ui {

RunsPlot::RunsPlot(QWidget* parent) : QCustomPlot(parent) {
    setMouseTracking(true);
    setMinimumSize(220, 140);
    stylePlot(this, vit::ui::colors(this));
}

void RunsPlot::setRuns(const std::vector<const RunSummary*>& runs) {
    m_items.clear();
    for (const RunSummary* run : runs) m_items.push_back({*run, false});
    m_hovered = -1;
    rebuild();
    replot(rpQueuedReplot);
}

void RunsPlot::setSelected(const QStringList& folders) {
    const QSet<QString> chosen(folders.begin(), folders.end());
    for (Item& item : m_items) item.selected = chosen.contains(folderOf(item.run));
    rebuild();
    replot(rpQueuedReplot);
}

std::vector<const RunSummary*> RunsPlot::runs() const {
    std::vector<const RunSummary*> all;
    for (const Item& item : m_items) all.push_back(&item.run);
    return all;
}

void RunsPlot::hover(int item, const QPoint& globalPosition) {
    if (item != m_hovered) {
        m_hovered = item;
        highlight(item);
        setCursor(item < 0 ? Qt::ArrowCursor : Qt::PointingHandCursor);
        replot(rpQueuedReplot);
    }
    if (item < 0) return QToolTip::hideText();
    QToolTip::showText(globalPosition, QString::fromStdString(m_items[std::size_t(item)].run.name), this);
}

void RunsPlot::mouseMoveEvent(QMouseEvent* event) {
    QCustomPlot::mouseMoveEvent(event);
    if (event->buttons() == Qt::NoButton) hover(itemAt(event->position()), event->globalPosition().toPoint());
}

void RunsPlot::mousePressEvent(QMouseEvent* event) {
    m_pressed = event->position().toPoint();
    QCustomPlot::mousePressEvent(event);
}

void RunsPlot::mouseReleaseEvent(QMouseEvent* event) {
    QCustomPlot::mouseReleaseEvent(event);
    const bool click = (event->position().toPoint() - m_pressed).manhattanLength() < QApplication::startDragDistance();
    if (!click || event->button() != Qt::LeftButton) return;
    const int item = itemAt(event->position());
    const bool add = event->modifiers().testFlag(Qt::ControlModifier);
    if (item >= 0) Q_EMIT runsChosen({folderOf(m_items[std::size_t(item)].run)}, add);
}

void RunsPlot::leaveEvent(QEvent* event) {
    hover(-1, {});
    QCustomPlot::leaveEvent(event);
}

void RunsPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        stylePlot(this, vit::ui::colors(this));
        applyColors(vit::ui::colors(this));
        replot(rpQueuedReplot);
    }
    QCustomPlot::changeEvent(event);
}

}  // namespace vit::ui
