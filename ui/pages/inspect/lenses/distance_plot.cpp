// SPDX-License-Identifier: GPL-3.0-or-later
// Dots between two axes.
#include "ui/pages/inspect/lenses/distance_plot.h"

#include "ui/lens/cell_grid.h"
#include "ui/lens/painted_map.h"
#include "ui/look/theme.h"
#include "ui/plot/plot_style.h"

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr double kDot = 9;    // its diameter
constexpr double kNear = 14;  // from which the pointer means it

QSharedPointer<QCPAxisTicker> wholeNumbers() {
    auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
    ticker->setTickStep(1);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return ticker;
}

double blockOf(const HeadFigures& head) { return static_cast<double>(head.layer) + 1; }  // from 1

}  // namespace

DistancePlot::DistancePlot(QWidget* parent) : QCustomPlot(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    xAxis->setLabel(tr("Block"));
    yAxis->setLabel(tr("Mean attention distance (pixels of the input)"));
    xAxis->setTicker(wholeNumbers());
    m_dots = addGraph();
    m_mark = addGraph();
    for (QCPGraph* graph : {m_dots, m_mark}) graph->setLineStyle(QCPGraph::lsNone);
    applyColors();
}

void DistancePlot::applyColors() {
    const Colors& c = colors(this);
    stylePlot(this, c);
    QColor fill = c.accent;
    fill.setAlphaF(0.75F);  // heads that look equally far
    m_dots->setScatterStyle({QCPScatterStyle::ssCircle, QPen(c.surface), QBrush(fill), kDot});
    m_mark->setScatterStyle({QCPScatterStyle::ssCircle, QPen(c.text, 2), Qt::NoBrush, kDot + 5});
    replot(QCustomPlot::rpQueuedReplot);
}

void DistancePlot::setFigures(const std::vector<HeadFigures>& figures) {
    m_figures = figures;
    m_layers = figures.empty() ? 0 : static_cast<int>(figures.back().layer) + 1;
    m_heads = figures.empty() ? 0 : static_cast<int>(figures.back().head) + 1;
    QVector<double> blocks, distances;
    double most = 0;
    for (const HeadFigures& head : figures) {
        blocks.push_back(blockOf(head));
        distances.push_back(head.distance);
        most = std::max(most, head.distance);
    }
    m_dots->setData(blocks, distances);
    xAxis->setRange(0.5, m_layers + 0.5);
    yAxis->setRange(0, most > 0 ? most * 1.08 : 1);
    const int kept = m_pointed < static_cast<int>(figures.size()) ? m_pointed : -1;
    m_pointed = -2;  // its dot has moved
    point(kept);
}

void DistancePlot::point(int index) {
    if (index == m_pointed) return;
    m_pointed = index;
    m_mark->data()->clear();
    if (index >= 0) {
        const HeadFigures& head = m_figures[static_cast<std::size_t>(index)];
        m_mark->addData(blockOf(head), head.distance);
    }
    replot(QCustomPlot::rpQueuedReplot);
    Q_EMIT headPointed(index);
}

QPoint DistancePlot::placeOf(int index) const {
    const HeadFigures& head = m_figures[static_cast<std::size_t>(index)];
    return QPointF(xAxis->coordToPixel(blockOf(head)), yAxis->coordToPixel(head.distance)).toPoint();
}

int DistancePlot::nearest(const QPoint& position) const {
    int found = -1;
    double least = kNear;
    for (int index = 0; index < static_cast<int>(m_figures.size()); ++index) {
        const QPoint apart = placeOf(index) - position;
        const double distance = std::hypot(apart.x(), apart.y());
        if (distance < least) {
            least = distance;
            found = index;
        }
    }
    return found;
}

void DistancePlot::mouseMoveEvent(QMouseEvent* event) {
    const int index = nearest(event->position().toPoint());
    if (index >= 0) point(index);
}

// Left and right from block to block, up and down from head to head.
void DistancePlot::keyPressEvent(QKeyEvent* event) {
    const int from = m_pointed < 0 ? -1 : m_pointed % m_heads * m_layers + m_pointed / m_heads;
    const int to = walked(*event, from, m_layers * m_heads, m_layers);
    if (to < 0) return QCustomPlot::keyPressEvent(event);
    point(to % m_layers * m_heads + to / m_layers);
}

void DistancePlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) applyColors();
    QCustomPlot::changeEvent(event);
}

void DistancePlot::paintEvent(QPaintEvent* event) {
    QCustomPlot::paintEvent(event);
    if (!hasFocus()) return;
    QPainter painter(this);
    paintFrame(painter, rect().adjusted(1, 1, -1, -1), 1, colors(this).accent);
}

void DistancePlot::focusInEvent(QFocusEvent* event) {
    QCustomPlot::focusInEvent(event);
    update();
}

void DistancePlot::focusOutEvent(QFocusEvent* event) {
    QCustomPlot::focusOutEvent(event);
    update();
}

}  // namespace vit::ui
