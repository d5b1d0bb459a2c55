// SPDX-License-Identifier: GPL-3.0-or-later
// The line has a layer of its own, so that following the mouse does not draw the curves again.
#include "ui/plot/plot_crosshair.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr auto kLayer = "crosshair";
constexpr int kGap = 10;

}  // namespace

PlotCrosshair::PlotCrosshair(QCustomPlot* plot, bool percent)
    : QObject(plot), m_plot(plot), m_percent(percent), m_box(new QLabel(plot)) {
    plot->addLayer(kLayer);
    plot->layer(kLayer)->setMode(QCPLayer::lmBuffered);
    m_line = new QCPItemStraightLine(plot);
    m_line->setLayer(kLayer);
    m_line->setVisible(false);
    m_line->setSelectable(false);
    m_box->setObjectName("readout");
    m_box->setTextFormat(Qt::RichText);
    m_box->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_box->setMargin(5);
    setRole(m_box, "readout");
    m_box->hide();
}

void PlotCrosshair::setColors(const Colors& colors) { m_line->setPen(QPen(colors.mutedText, 1, Qt::DashLine)); }

void PlotCrosshair::show(double x) {
    if (const auto range = dataRange()) {
        x = std::clamp(x, range->lower, range->upper);
    } else {
        hide();
        return;
    }
    QString rows;
    for (const Curve& curve : m_curves) {
        const QCPGraphData* point = nearestPoint(curve.graph, x);
        if (!point) continue;
        rows += QString("<tr><td><span style=\"color:%1\">■</span> %2&nbsp;&nbsp;</td>"
                        "<td align=\"right\"><b>%3</b></td></tr>")
                    .arg(curve.graph->pen().color().name(), curve.label, valueText(point->value));
    }
    m_box->setText(QString("<table cellspacing=\"0\"><tr><td colspan=\"2\">%1</td></tr>%2</table>")
                       .arg(tr("epoch %1").arg(x, 0, 'f', 2), rows));
    m_line->point1->setCoords(x, m_plot->yAxis->range().lower);
    m_line->point2->setCoords(x, m_plot->yAxis->range().upper);
    m_line->setVisible(true);
    m_plot->layer(kLayer)->replot();
    placeBox(m_plot->xAxis->coordToPixel(x));
}

void PlotCrosshair::hide() {
    if (!m_line->visible() && !m_box->isVisible()) return;
    m_line->setVisible(false);
    m_plot->layer(kLayer)->replot();
    m_box->hide();
}

QString PlotCrosshair::valueText(double value) const {
    return m_percent ? percentText(value / 100) : plainNumber(value);
}

std::optional<QCPRange> PlotCrosshair::dataRange() const {
    std::optional<QCPRange> all;
    for (const Curve& curve : m_curves) {
        bool found = false;
        const QCPRange range = curve.graph->getKeyRange(found);
        if (found) all = all ? all->expanded(range) : range;
    }
    return all;
}

void PlotCrosshair::placeBox(double pixel) {
    m_box->adjustSize();
    const QRect area = m_plot->axisRect()->rect();
    int left = static_cast<int>(pixel) + kGap;
    if (left + m_box->width() > area.right()) left = static_cast<int>(pixel) - kGap - m_box->width();
    m_box->move(std::max(left, area.left()), area.top() + 4);
    m_box->show();
    m_box->raise();
}

const QCPGraphData* nearestPoint(const QCPGraph* graph, double x) {
    const auto data = graph->data();
    if (data->isEmpty()) return nullptr;
    auto after = data->findBegin(x, false);
    if (after == data->constEnd()) return &*(data->constEnd() - 1);
    if (after == data->constBegin()) return &*after;
    const auto before = after - 1;
    return std::abs(before->key - x) <= std::abs(after->key - x) ? &*before : &*after;
}

}  // namespace vit::ui
