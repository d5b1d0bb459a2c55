// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of all layers, redrawn a few times a second at most.
#include "ui/pages/train/layer_plot.h"

#include "ui/look/theme.h"
#include "ui/plot/plot_style.h"
#include "ui/plot/tickers.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit::ui {

namespace {

constexpr int kRedrawIntervalMs = 100;
constexpr int kLeftMargin = 56;

}  // namespace

LayerPlot::LayerPlot(const LayerHistory& history, const LayerMatrix& matrix, QWidget* parent)
    : QWidget(parent), m_history(history), m_matrix(matrix), m_title(new QLabel(this)), m_readout(new QLabel(this)),
      m_plot(new QCustomPlot(this)), m_place(new QCPItemStraightLine(m_plot)) {
    setObjectName("layerPlot");
    setRole(this, "card");
    setAttribute(Qt::WA_StyledBackground);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_readout->setObjectName("layerReadout");
    m_readout->setWordWrap(true);
    setRole(m_readout, "muted");
    m_plot->setMinimumSize(200, 110);
    m_plot->xAxis->setLabel(tr("Step"));
    m_plot->axisRect()->setMinimumMargins(QMargins(kLeftMargin, 9, 12, 0));
    m_plot->installEventFilter(this);
    m_place->setVisible(false);
    m_place->setSelectable(false);
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const auto& all = m_history.measured();
        if (all.empty()) return;
        const double step = m_plot->xAxis->pixelToCoord(event->position().x());
        const auto after = std::lower_bound(all.begin(), all.end(), step, [](const LayersMeasured& each, double at) {
            return double(each.step) < at;
        });
        auto nearest = after == all.end() ? after - 1 : after;
        if (nearest != all.begin() && step - double((nearest - 1)->step) < double(nearest->step) - step) --nearest;
        readOut(static_cast<std::size_t>(nearest - all.begin()));
    });

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace + kSpaceSmall, kSpace, kSpaceSmall, kSpaceSmall);
    layout->setSpacing(2);
    layout->addWidget(m_title);
    layout->addWidget(m_readout);
    layout->addWidget(m_plot, 1);
    m_redraw.setSingleShot(true);
    m_redraw.setInterval(kRedrawIntervalMs);
    connect(&m_redraw, &QTimer::timeout, this, &LayerPlot::redraw);
    applyColors();
}

void LayerPlot::refresh() {
    if (isVisible() && !m_redraw.isActive()) m_redraw.start();
}

void LayerPlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    redraw();
}

void LayerPlot::redraw() {
    if (m_others.size() != m_history.layers()) {
        m_plot->clearGraphs();
        m_others.clear();
        for (std::size_t i = 0; i < m_history.layers(); ++i) m_others.push_back(m_plot->addGraph());
        m_chosen = m_plot->addGraph();
        applyColors();
    }
    if (m_history.empty()) return m_plot->replot(QCustomPlot::rpQueuedReplot);
    const LayerStatistic& statistic = kLayerStatistics[m_matrix.chosen().statistic];
    const StatisticRange range = m_history.range(statistic);
    const double scale = statistic.share ? 100 : 1;
    m_plot->yAxis->setScaleType(range.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot->yAxis->setTicker(range.logarithmic ? QSharedPointer<QCPAxisTicker>(new LogTicker)
                                               : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
    m_plot->yAxis->setNumberFormat("gb");
    m_plot->yAxis->setNumberPrecision(3);
    m_plot->yAxis->setLabel(QLatin1String(statistic.axis));
    m_plot->yAxis->setRange(range.lower * scale, range.upper * scale);
    m_plot->xAxis->setRange(0, std::max(1.0, double(m_history.lastStep())) * 1.015);
    for (std::size_t i = 0; i < m_others.size(); ++i) fill(m_others[i], i);
    fill(m_chosen, m_matrix.chosen().layer);
    m_title->setText(tr("%1 of %2").arg(
        QString::fromStdString(statistic.label()),
        QString::fromStdString(layerName(m_matrix.chosen().layer, m_history.layers())).toLower()));
    m_title->setToolTip(QLatin1String(statistic.help));
    if (!m_place->visible()) readOut(m_history.measured().size() - 1);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void LayerPlot::fill(QCPGraph* graph, std::size_t layer) const {
    const LayerStatistic& statistic = kLayerStatistics[m_matrix.chosen().statistic];
    const StatisticRange range = m_history.range(statistic);
    const double scale = statistic.share ? 100 : 1;
    QVector<double> steps, values;
    for (const LayersMeasured& measured : m_history.measured()) {
        const double value = measured.layers[layer].*statistic.value;
        if (std::isnan(value)) continue;
        steps << double(measured.step);
        values << (range.logarithmic ? std::max(value, range.lower) : value) * scale;
    }
    graph->setData(steps, values, true);
    graph->setScatterStyle(steps.size() == 1 ? QCPScatterStyle(QCPScatterStyle::ssDisc, 5) : QCPScatterStyle());
}

// Of the last measurement, or of the one under the mouse.
void LayerPlot::readOut(std::size_t measurement) {
    const std::size_t last = m_history.measured().size() - 1;
    m_readout->setText(m_matrix.cellText(m_matrix.chosen(), std::min(measurement, last)));
    const auto step = double(m_history.measured()[std::min(measurement, last)].step);
    m_place->point1->setCoords(step, m_plot->yAxis->range().lower);
    m_place->point2->setCoords(step, m_plot->yAxis->range().upper);
    m_place->setVisible(m_plot->underMouse());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

bool LayerPlot::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) {
        m_place->setVisible(false);
        redraw();
    }
    return QWidget::eventFilter(watched, event);
}

void LayerPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_place) return;  // polishing sends one during construction
    applyColors();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void LayerPlot::applyColors() {
    const Colors& c = colors(this);
    stylePlot(m_plot, c);
    QColor quiet = c.mutedText;
    quiet.setAlphaF(0.4F);
    for (QCPGraph* graph : m_others) graph->setPen(QPen(quiet, 1));
    if (m_chosen) m_chosen->setPen(QPen(c.train, 2));
    m_place->setPen(QPen(c.mutedText, 1, Qt::DashLine));
}

}  // namespace vit::ui
