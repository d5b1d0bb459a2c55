// SPDX-License-Identifier: GPL-3.0-or-later
// Three graphs of discs: all runs, the selected ones, and the one under the mouse.
#include "ui/pages/runs/scatter_plot.h"

#include "ui/pages/runs/runs_model.h"

#include <cmath>

namespace vit::ui {

namespace {

constexpr double kNear = 9;  // pixels
constexpr double kMargin = 0.06;

QSharedPointer<QCPAxisTicker> tickerOf(const RunAxis& axis) {
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (const auto& [position, text] : axis.ticks()) ticker->addTick(position, text);
    return ticker;
}

}  // namespace

ScatterPlot::ScatterPlot(QWidget* parent) : RunsPlot(parent) {
    setObjectName("scatterPlot");
    setToolTip(tr("A click selects a run in the table, with Ctrl one more; dragging selects all in a box"));
    for (QCPGraph** graph : {&m_points, &m_selected, &m_hover}) {
        *graph = addGraph();
        (*graph)->setLineStyle(QCPGraph::lsNone);
    }
    for (QCPAxis* axis : {xAxis, yAxis}) axis->setRange(-kMargin, 1 + kMargin);
    setSelectionRectMode(QCP::srmCustom);
    connect(selectionRect(), &QCPSelectionRect::accepted, this, [this](const QRect& area, const QMouseEvent* event) {
        chooseWithin(area.normalized(), event->modifiers().testFlag(Qt::ControlModifier));
    });
    applyColors(vit::ui::colors(this));
}

void ScatterPlot::setColumns(const RunColumn* x, const RunColumn* y) {
    m_x = x;
    m_y = y;
    rebuild();
    replot(rpQueuedReplot);
}

void ScatterPlot::rebuild() {
    m_places.assign(items().size(), std::nullopt);
    if (!m_x || !m_y) return;
    const RunAxis x(*m_x, runs()), y(*m_y, runs());
    QVector<double> keys[2], values[2];
    for (std::size_t i = 0; i < items().size(); ++i) {
        const auto across = x.position(items()[i].run), up = y.position(items()[i].run);
        if (!across || !up) continue;
        m_places[i] = QPointF(*across, *up);
        const int kind = items()[i].selected ? 1 : 0;
        keys[kind] << *across;
        values[kind] << *up;
    }
    m_points->setData(keys[0], values[0]);
    m_selected->setData(keys[1], values[1]);
    m_hover->setData(QVector<double>(), QVector<double>());
    xAxis->setTicker(tickerOf(x));
    yAxis->setTicker(tickerOf(y));
    xAxis->setLabel(x.title());
    yAxis->setLabel(y.title());
}

int ScatterPlot::itemAt(const QPointF& position) const {
    int nearest = -1;
    double distance = kNear;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        if (!m_places[i]) continue;
        const QPointF offset = pixelOf(*m_places[i]) - position;
        const double away = std::hypot(offset.x(), offset.y());
        if (away > distance) continue;
        distance = away;
        nearest = static_cast<int>(i);
    }
    return nearest;
}

QPointF ScatterPlot::pixelOf(const QPointF& place) const {
    return {xAxis->coordToPixel(place.x()), yAxis->coordToPixel(place.y())};
}

std::optional<QPointF> ScatterPlot::pointOf(const QString& folder) const {
    for (std::size_t i = 0; i < m_places.size(); ++i)
        if (m_places[i] && folderOf(items()[i].run) == folder) return pixelOf(*m_places[i]);
    return std::nullopt;
}

void ScatterPlot::chooseWithin(const QRect& area, bool add) {
    QStringList folders;
    for (std::size_t i = 0; i < m_places.size(); ++i)
        if (m_places[i] && area.contains(pixelOf(*m_places[i]).toPoint())) folders << folderOf(items()[i].run);
    Q_EMIT runsChosen(folders, add);
}

void ScatterPlot::highlight(int item) {
    QVector<double> x, y;
    if (item >= 0) {
        x << m_places[std::size_t(item)]->x();
        y << m_places[std::size_t(item)]->y();
    }
    m_hover->setData(x, y);
}

void ScatterPlot::applyColors(const Colors& colors) {
    const auto disc = [](const QColor& color, float alpha, double size, const QColor& border) {
        QColor fill = color;
        fill.setAlphaF(alpha);
        return QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(border, 1), QBrush(fill), size);
    };
    m_points->setScatterStyle(disc(colors.accent, 0.45F, 7, colors.accent));
    m_selected->setScatterStyle(disc(colors.validation, 1, 10, colors.surface));
    m_hover->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colors.text, 1.6), Qt::NoBrush, 13));
    selectionRect()->setPen(QPen(colors.accent));
    QColor fill = colors.accent;
    fill.setAlphaF(0.12F);
    selectionRect()->setBrush(fill);
}

}  // namespace vit::ui
