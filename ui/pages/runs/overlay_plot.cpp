// SPDX-License-Identifier: GPL-3.0-or-later
// Graphs, bands and mouse of the overlay.
#include "ui/pages/runs/overlay_plot.h"

#include "ui/look/theme.h"
#include "ui/plot/plot_crosshair.h"
#include "ui/plot/plot_style.h"
#include "ui/plot/tickers.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit::ui {

namespace {

constexpr int kMostInLegend = 8;  // more would hide the curves
constexpr int kLeftMargin = 64;
constexpr float kBandAlpha = 0.16F;

QVector<double> scaled(QVector<double> values, double factor) {
    for (double& value : values) value *= factor;
    return values;
}

// How much of a line lies in a rectangle, from 0 to 1 (Liang and Barsky's clipping).
double shareWithin(const QLineF& line, const QRectF& rect) {
    double begin = 0, end = 1;
    const auto clip = [&](double start, double step, double low, double high) {
        if (step == 0) {
            if (start < low || start > high) end = begin;
            return;
        }
        const double first = (low - start) / step, last = (high - start) / step;
        begin = std::max(begin, std::min(first, last));
        end = std::min(end, std::max(first, last));
    };
    clip(line.x1(), line.dx(), rect.left(), rect.right());
    clip(line.y1(), line.dy(), rect.top(), rect.bottom());
    return std::max(0.0, end - begin);
}

}  // namespace

OverlayPlot::OverlayPlot(const QString& name, const QString& title, const QString& axisLabel, bool percent,
                         QWidget* parent)
    : QWidget(parent), m_percent(percent), m_plot(new QCustomPlot(this)) {
    setObjectName(name);
    auto* heading = new QLabel(title, this);
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    heading->setContentsMargins(kSpace, 0, 0, 0);
    m_plot->setMinimumSize(200, 120);
    m_plot->xAxis->setLabel(tr("Epoch"));
    m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new EpochTicker));
    m_plot->yAxis->setLabel(axisLabel);
    m_plot->axisRect()->setMinimumMargins({kLeftMargin, 6, 10, 0});
    m_plot->axisRect()->setAutoMargins(QCP::msRight | QCP::msTop | QCP::msBottom | QCP::msLeft);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->setToolTip(tr("The wheel zooms, dragging moves, a double click shows everything"));
    m_crosshair = new PlotCrosshair(m_plot, percent);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(heading);
    layout->addWidget(m_plot, 1);
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this] { m_zoomed = true; });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const bool drags = event->buttons().testFlag(Qt::LeftButton);
        if (drags) m_zoomed = true;
        if (drags || !m_plot->axisRect()->rect().contains(event->pos())) Q_EMIT crosshairLeft();
        else Q_EMIT crosshairMoved(m_plot->xAxis->pixelToCoord(event->position().x()));
    });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] {
        m_zoomed = false;
        rescale();
        m_plot->replot();
    });
    connect(m_plot, &QCustomPlot::afterLayout, this, &OverlayPlot::placeLegend);
    stylePlot(m_plot, colors(this));
    m_crosshair->setColors(colors(this));
}

void OverlayPlot::addBand(const Line& line) {
    const double factor = m_percent ? 100 : 1;
    QColor fill = line.color;
    fill.setAlphaF(kBandAlpha);
    QCPGraph* low = m_plot->addGraph();
    QCPGraph* high = m_plot->addGraph();
    low->setData(line.curve.x, scaled(line.curve.low, factor), true);
    high->setData(line.curve.x, scaled(line.curve.high, factor), true);
    for (QCPGraph* graph : {low, high}) {
        graph->setPen(Qt::NoPen);
        graph->removeFromLegend();
    }
    high->setBrush(fill);
    high->setChannelFillGraph(low);
}

void OverlayPlot::setLines(const std::vector<Line>& lines, bool bands) {
    m_crosshair->setCurves({});
    m_plot->clearGraphs();
    if (bands)
        for (const Line& line : lines) addBand(line);
    std::vector<PlotCrosshair::Curve> readable;
    for (const Line& line : lines) {
        QCPGraph* graph = m_plot->addGraph();
        graph->setName(line.label);
        graph->setPen(QPen(line.color, 1.8, line.dashed ? Qt::DashLine : Qt::SolidLine));
        graph->setData(line.curve.x, scaled(line.curve.y, m_percent ? 100 : 1), true);
        if (line.curve.x.size() == 1) graph->setScatterStyle({QCPScatterStyle::ssDisc, 6});
        readable.push_back({graph, line.label});
    }
    m_plot->legend->setVisible(!lines.empty() && lines.size() <= kMostInLegend);
    if (lines.size() > kMostInLegend) readable.resize(kMostInLegend);
    m_crosshair->setCurves(std::move(readable));
    if (!m_zoomed) rescale();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void OverlayPlot::rescale() {
    if (m_plot->graphCount() == 0) {
        m_plot->xAxis->setRange(0, 1);
        m_plot->yAxis->setRange(0, m_percent ? 100 : 1);
        return;
    }
    m_plot->rescaleAxes();
    m_plot->xAxis->setRange(0, m_plot->xAxis->range().upper * 1.015);
    QCPRange values = m_plot->yAxis->range();
    const double padding = std::max(values.size() * 0.05, 1e-6);
    m_plot->yAxis->setRange(std::max(0.0, values.lower - padding), values.upper + padding);
}

// How much of the curves lies in the rectangle, in pixels of their length across.
double OverlayPlot::hidden(const QRectF& rect) const {
    double length = 0;
    for (int i = 0; i < m_plot->graphCount(); ++i) {
        const QCPGraph* graph = m_plot->graph(i);
        if (graph->pen().style() == Qt::NoPen) continue;  // the edge of a band
        QPointF before;
        for (int k = 0; k < graph->dataCount(); ++k) {
            const QPointF point = graph->coordsToPixels(graph->dataMainKey(k), graph->dataMainValue(k));
            if (rect.contains(point)) ++length;  // a point alone counts too
            if (k > 0) length += shareWithin(QLineF(before, point), rect) * std::abs(point.x() - before.x());
            before = point;
        }
    }
    return length;
}

// In the corner where it hides least of the curves; while a person looks at a part of the plot it stays where it is.
void OverlayPlot::placeLegend() {
    if (!m_plot->legend->visible() || m_zoomed) return;
    const Qt::Alignment usual = Qt::AlignRight | (m_percent ? Qt::AlignBottom : Qt::AlignTop);
    const Qt::Alignment other = Qt::AlignRight | (m_percent ? Qt::AlignTop : Qt::AlignBottom);
    const QRectF area = m_plot->axisRect()->rect();
    const QSizeF size = m_plot->legend->minimumOuterSizeHint();
    Qt::Alignment best = usual;
    double least = std::numeric_limits<double>::infinity();
    for (const Qt::Alignment corner : {usual, other, Qt::AlignLeft | Qt::AlignTop, Qt::AlignLeft | Qt::AlignBottom}) {
        QRectF rect(area.topLeft(), size);
        if (corner.testFlag(Qt::AlignRight)) rect.moveRight(area.right());
        if (corner.testFlag(Qt::AlignBottom)) rect.moveBottom(area.bottom());
        const double length = hidden(rect);
        if (length >= least) continue;
        least = length;
        best = corner;
    }
    QCPLayoutInset* inset = m_plot->axisRect()->insetLayout();
    inset->setInsetAlignment(0, best);
    inset->update(QCPLayoutElement::upLayout);
}

void OverlayPlot::showCrosshair(double epoch) { m_crosshair->show(epoch); }
void OverlayPlot::hideCrosshair() { m_crosshair->hide(); }

void OverlayPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        stylePlot(m_plot, colors(this));
        m_crosshair->setColors(colors(this));
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }
    QWidget::changeEvent(event);
}

}  // namespace vit::ui
