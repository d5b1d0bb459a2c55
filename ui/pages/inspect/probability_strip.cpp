// SPDX-License-Identifier: GPL-3.0-or-later
// Collecting and painting of the small curve.
#include "ui/pages/inspect/probability_strip.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vit::ui {

ProbabilityStrip::ProbabilityStrip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ProbabilityStrip::clear() {
    m_predictions.clear();
    m_className.clear();
    m_marked.reset();
    update();
}

void ProbabilityStrip::add(const Prediction& prediction) {
    if (prediction.top.empty()) return;
    m_className = QString::fromStdString(prediction.top.front().name);
    m_predictions[prediction.epoch] = prediction;
    setAccessibleDescription(points().empty() ? QString() : describe(points().back()));
    update();
}

void ProbabilityStrip::addEarlier(const Prediction& prediction) {
    if (prediction.top.empty()) return;
    if (m_className.isEmpty()) m_className = QString::fromStdString(prediction.top.front().name);
    m_predictions.emplace(prediction.epoch, prediction);
    update();
}

void ProbabilityStrip::setMarked(const std::optional<std::int64_t>& epoch) {
    m_marked = epoch;
    update();
}

std::vector<ProbabilityStrip::Point> ProbabilityStrip::points() const {
    std::vector<Point> points;
    for (const auto& [epoch, prediction] : m_predictions) {
        Point point{epoch, {}, prediction.top.back().probability};
        for (const ClassProbability& entry : prediction.top) {
            if (QString::fromStdString(entry.name) == m_className) point.probability = entry.probability;
        }
        points.push_back(point);
    }
    return points;
}

QRectF ProbabilityStrip::plotRect() const {
    return QRectF(rect()).adjusted(4, fontMetrics().height() + kSpaceSmall, -4, -5);
}

double ProbabilityStrip::largest(const std::vector<Point>& points) const {
    double value = 0.01;
    for (const Point& point : points) value = std::max(value, point.probability.value_or(0));
    return value;
}

QPointF ProbabilityStrip::position(const Point& point, double largest) const {
    const QRectF plot = plotRect();
    const auto first = static_cast<double>(m_predictions.begin()->first);
    const auto last = static_cast<double>(m_predictions.rbegin()->first);
    const double x = last > first ? (static_cast<double>(point.epoch) - first) / (last - first) : 1;
    return {plot.left() + x * plot.width(), plot.bottom() - point.probability.value_or(0) / largest * plot.height()};
}

QString ProbabilityStrip::describe(const Point& point) const {
    return point.probability
               ? tr("Epoch %1: %2 %3").arg(point.epoch).arg(m_className, percentText(*point.probability))
               : tr("Epoch %1: %2 below %3, not among the first").arg(point.epoch).arg(m_className,
                                                                                    percentText(point.bound));
}

void ProbabilityStrip::paintEvent(QPaintEvent*) {
    const std::vector<Point> all = points();
    if (all.empty()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& c = colors(this);
    const double top = largest(all);
    const QRectF plot = plotRect();

    const QString range = tr("epochs %1 to %2").arg(all.front().epoch).arg(all.back().epoch);
    const int rangeWidth = fontMetrics().horizontalAdvance(range);
    painter.setPen(c.mutedText);
    painter.drawText(QRect(0, 0, width(), fontMetrics().height()), Qt::AlignRight, range);
    painter.drawText(QRect(0, 0, width() - rangeWidth - kSpace, fontMetrics().height()), Qt::AlignLeft,
                     fontMetrics().elidedText(m_className, Qt::ElideRight, width() - rangeWidth - kSpace));
    painter.setPen(QPen(c.border, 1));
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());

    for (const Point& point : all) {
        if (point.epoch != m_marked) continue;
        const double x = position(point, top).x();
        painter.setPen(QPen(c.text, 1));
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    }

    QPainterPath path;
    for (const Point& point : all) {
        const QPointF at = position(point, top);
        if (path.elementCount() == 0) path.moveTo(at);
        else path.lineTo(at);
    }
    painter.setPen(QPen(c.accent, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(path);
    // Many epochs make a line; few are points on it, hollow where only an upper bound is known.
    for (const Point& point : all) {
        if (all.size() > 40 && &point != &all.back()) continue;
        painter.setPen(QPen(c.accent, 1.5));
        painter.setBrush(point.probability ? c.accent : c.surface);
        painter.drawEllipse(position(point, top), 3, 3);
    }
}

bool ProbabilityStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !m_predictions.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::vector<Point> all = points();
        const double top = largest(all);
        const auto distance = [&](const Point& point) { return std::abs(position(point, top).x() - help->pos().x()); };
        const auto nearest = std::min_element(
            all.begin(), all.end(), [&](const Point& a, const Point& b) { return distance(a) < distance(b); });
        QToolTip::showText(help->globalPos(), describe(*nearest), this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange) update();
    return QWidget::event(event);
}

}  // namespace vit::ui
