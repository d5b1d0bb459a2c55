// SPDX-License-Identifier: GPL-3.0-or-later
// Painting of the bins.
#include "ui/pages/evaluate/reliability_view.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr double kNarrowest = 2;  // pixels: bins of equal count may lie at one confidence
constexpr double kDot = 2.5;
constexpr int kTicks = 5;

QString tickText(int tick) { return QStringLiteral("%1 %").arg(100 * tick / kTicks); }

QString textOf(const CalibrationBin& bin) {
    return ReliabilityView::tr("Confidence %1 to %2: %3 images\nconfident %4, right %5")
        .arg(percentText(bin.low), percentText(bin.high), withThousands(bin.images), percentText(bin.confidence),
             percentText(bin.accuracy));
}

}  // namespace

ReliabilityView::ReliabilityView(QWidget* parent) : QWidget(parent) { setAccessibleName(tr("Reliability diagram")); }

void ReliabilityView::setBins(std::vector<CalibrationBin> bins) {
    m_bins = std::move(bins);
    std::erase_if(m_bins, [](const CalibrationBin& bin) { return bin.images == 0; });
    QStringList lines;
    for (const CalibrationBin& bin : m_bins) lines << textOf(bin);
    setAccessibleDescription(lines.join("; "));
    update();
}

QRectF ReliabilityView::area() const {
    const int left = fontMetrics().horizontalAdvance(tickText(kTicks)) + kSpace;
    const int right = fontMetrics().horizontalAdvance(tickText(kTicks)) / 2 + 1;
    const int below = 2 * fontMetrics().height() + kSpace;
    return QRectF(rect()).adjusted(left, kSpace, -right, -below);
}

QPointF ReliabilityView::placeOf(double confidence, double accuracy) const {
    const QRectF place = area();
    return {place.left() + confidence * place.width(), place.bottom() - accuracy * place.height()};
}

QString ReliabilityView::textAt(QPoint place) const {
    const double confidence = (place.x() - area().left()) / area().width();
    const double slack = kNarrowest / area().width();
    const auto bin = std::find_if(m_bins.begin(), m_bins.end(), [&](const CalibrationBin& each) {
        return confidence > each.low - slack && confidence <= each.high + slack;
    });
    return bin == m_bins.end() ? QString() : textOf(*bin);
}

void ReliabilityView::drawAxes(QPainter& painter) const {
    const Colors& c = colors(this);
    const int height = fontMetrics().height();
    for (int tick = 0; tick <= kTicks; ++tick) {
        const double share = double(tick) / kTicks;
        painter.setPen(c.grid);
        painter.drawLine(placeOf(0, share), placeOf(1, share));
        painter.setPen(c.mutedText);
        const QPointF left = placeOf(0, share);
        painter.drawText(QRectF(0, left.y() - height / 2.0, left.x() - kSpaceSmall, height),
                         Qt::AlignRight | Qt::AlignVCenter, tickText(tick));
        const QPointF below = placeOf(share, 0);
        painter.drawText(QRectF(below.x() - 40, below.y() + kSpaceSmall, 80, height), Qt::AlignHCenter | Qt::AlignTop,
                         tickText(tick));
    }
    painter.drawText(QRectF(area().left(), area().bottom() + height + kSpaceSmall, area().width(), height),
                     Qt::AlignCenter, tr("Confidence"));
    painter.setPen(c.border);
    painter.drawLine(placeOf(0, 0), placeOf(1, 0));
}

void ReliabilityView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& c = colors(this);
    drawAxes(painter);
    QColor bar = c.train;
    bar.setAlphaF(0.4F);
    painter.setPen(Qt::NoPen);
    for (const CalibrationBin& bin : m_bins) {
        QRectF place(placeOf(bin.low, bin.accuracy), placeOf(bin.high, 0));
        place.setWidth(std::max(kNarrowest, place.width() - 1));
        painter.setBrush(bar);
        painter.drawRect(place);
        painter.setBrush(c.train);
        painter.drawEllipse(placeOf(bin.confidence, bin.accuracy), kDot, kDot);
    }
    painter.setPen(QPen(c.mutedText, 1, Qt::DashLine));
    painter.drawLine(placeOf(0, 0), placeOf(1, 1));
}

bool ReliabilityView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = textAt(help->pos());
        if (text.isEmpty()) QToolTip::hideText();
        else QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange) update();
    return QWidget::event(event);
}

}  // namespace vit::ui
