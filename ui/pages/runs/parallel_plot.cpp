// SPDX-License-Identifier: GPL-3.0-or-later
// Places, brushes and mouse of parallel coordinates; one layerable draws axes and lines.
#include "ui/pages/runs/parallel_plot.h"

#include "ui/pages/runs/run_colors.h"

#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kTop = 34;  // room for titles
constexpr int kBottom = 14;
constexpr int kSide = 80;
constexpr double kNearLine = 5;
constexpr double kNearAxis = 8;
constexpr double kLeastBrush = 0.015;  // of the axis; less is a click

double distance(const QPointF& point, const QPointF& a, const QPointF& b) {
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double share = length > 0 ? std::clamp(QPointF::dotProduct(point - a, along) / length, 0.0, 1.0) : 0;
    const QPointF away = point - (a + share * along);
    return std::hypot(away.x(), away.y());
}

}  // namespace

class ParallelPlot::Lines : public QCPLayerable {
public:
    explicit Lines(ParallelPlot* plot) : QCPLayerable(plot, "main"), m_view(plot) {}

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }

    void draw(QCPPainter* painter) override {
        if (m_view->m_axes.size() < 2) return;
        const bool picked = std::any_of(m_view->items().begin(), m_view->items().end(),
                                        [](const Item& item) { return item.selected; });
        const Colors& theme = vit::ui::colors(m_view);
        // Faded ones first, then the others, the chosen ones on top.
        for (int rank = 0; rank < 3; ++rank)
            for (int i = 0; i < int(m_view->items().size()); ++i)
                if (rankOf(i) == rank) drawRun(painter, i, rank, picked, theme);
        drawAxes(painter, theme);
    }

private:
    int rankOf(int item) const {
        if (item == m_view->hovered()) return 2;
        if (!m_view->passes(item)) return 0;
        return m_view->items()[std::size_t(item)].selected ? 2 : 1;
    }

    void drawRun(QCPPainter* painter, int item, int rank, bool picked, const Colors& theme) {
        const Place& place = m_view->m_places[std::size_t(item)];
        QColor color = place.back() ? resultColor(*place.back(), theme) : theme.mutedText;
        if (rank == 0) color = theme.grid;
        else if (rank == 1) color.setAlphaF(picked ? alpha() / 3 : alpha());
        painter->setPen(QPen(color, rank == 2 ? 2.6 : 1.1));
        for (std::size_t axis = 1; axis < place.size(); ++axis) {
            if (!place[axis - 1] || !place[axis]) continue;
            painter->drawLine(QPointF(m_view->axisTop(int(axis) - 1).x(), m_view->pixelY(*place[axis - 1])),
                              QPointF(m_view->axisTop(int(axis)).x(), m_view->pixelY(*place[axis])));
        }
    }

    // Many lines over each other stay transparent, so that one sees where they gather.
    float alpha() const { return std::clamp(60.0F / float(m_view->items().size() + 1), 0.09F, 0.65F); }

    void drawAxes(QCPPainter* painter, const Colors& theme) {
        painter->setFont(QApplication::font());
        const QFontMetrics metrics(painter->font());
        const double room = (m_view->axisTop(1) - m_view->axisTop(0)).x();
        for (int i = 0; i < m_view->axisCount(); ++i) {
            const RunAxis& axis = m_view->m_axes[std::size_t(i)];
            const QPointF top = m_view->axisTop(i), bottom = m_view->axisBottom(i);
            painter->setPen(QPen(theme.mutedText, 1));
            painter->drawLine(top, bottom);
            painter->setPen(theme.text);
            const QString title = metrics.elidedText(axis.title(), Qt::ElideRight, int(room) - 10);
            painter->drawText(QRectF(top.x() - room / 2, 4, room, kTop - 10), Qt::AlignCenter, title);
            drawTicks(painter, axis, top.x(), int(room * 0.7), theme);
            if (const auto brush = m_view->m_brushes.find(i); brush != m_view->m_brushes.end())
                drawBrush(painter, top.x(), brush->second, theme);
        }
    }

    void drawTicks(QCPPainter* painter, const RunAxis& axis, double x, int room, const Colors& theme) {
        const QFontMetrics metrics(painter->font());
        for (const auto& [position, text] : axis.ticks()) {
            const double y = m_view->pixelY(position);
            const QString shown = metrics.elidedText(text, Qt::ElideRight, room);
            const QRectF box(x + 6, y - metrics.height() / 2.0, metrics.horizontalAdvance(shown) + 4, metrics.height());
            QColor ground = theme.surface;
            ground.setAlpha(205);
            painter->fillRect(box, ground);
            painter->setPen(theme.mutedText);
            painter->drawLine(QPointF(x - 3, y), QPointF(x + 3, y));
            painter->drawText(box, Qt::AlignVCenter | Qt::AlignHCenter, shown);
        }
    }

    void drawBrush(QCPPainter* painter, double x, const std::pair<double, double>& brush, const Colors& theme) {
        QColor fill = theme.accent;
        fill.setAlphaF(0.3F);
        const QRectF box(QPointF(x - 6, m_view->pixelY(brush.second)), QPointF(x + 6, m_view->pixelY(brush.first)));
        painter->setPen(theme.accent);
        painter->setBrush(fill);
        painter->drawRect(box);
        painter->setBrush(Qt::NoBrush);
    }

    ParallelPlot* m_view;
};

ParallelPlot::ParallelPlot(QWidget* parent) : RunsPlot(parent) {
    setObjectName("parallelPlot");
    setToolTip(tr("Drag along an axis to fade the runs outside; a click on the axis ends that. A click on a line "
                  "selects its run in the table"));
    axisRect()->setVisible(false);
    xAxis->setVisible(false);
    yAxis->setVisible(false);
    xAxis->grid()->setVisible(false);
    yAxis->grid()->setVisible(false);
    new Lines(this);  // owned by its layer's plot
}

void ParallelPlot::setColumns(std::vector<const RunColumn*> columns) {
    if (columns == m_columns) return;
    m_columns = std::move(columns);
    m_brushes.clear();
    rebuild();
    replot(rpQueuedReplot);
}

void ParallelPlot::rebuild() {
    m_axes.clear();
    for (const RunColumn* column : m_columns) m_axes.emplace_back(*column, runs());
    m_places.clear();
    for (const Item& item : items()) {
        Place place;
        for (const RunAxis& axis : m_axes) place.push_back(axis.position(item.run));
        m_places.push_back(std::move(place));
    }
}

QPointF ParallelPlot::axisTop(int axis) const {
    const double room = width() - 2.0 * kSide;
    return {kSide + room * axis / std::max(1, axisCount() - 1), double(kTop)};
}

QPointF ParallelPlot::axisBottom(int axis) const { return {axisTop(axis).x(), double(height() - kBottom)}; }

double ParallelPlot::pixelY(double position) const {
    return height() - kBottom - position * (height() - kBottom - kTop);
}

double ParallelPlot::positionAt(double pixel) const {
    return std::clamp((height() - kBottom - pixel) / (height() - kBottom - kTop), 0.0, 1.0);
}

bool ParallelPlot::passes(int item) const {
    const Place& place = m_places[std::size_t(item)];
    return std::all_of(m_brushes.begin(), m_brushes.end(), [&](const auto& brush) {
        const auto& position = place[std::size_t(brush.first)];
        return position && *position >= brush.second.first && *position <= brush.second.second;
    });
}

int ParallelPlot::itemAt(const QPointF& position) const {
    int nearest = -1;
    double least = kNearLine;
    for (int i = 0; i < int(m_places.size()); ++i) {
        if (!passes(i)) continue;
        const Place& place = m_places[std::size_t(i)];
        for (std::size_t axis = 1; axis < place.size(); ++axis) {
            if (!place[axis - 1] || !place[axis]) continue;
            const QPointF a(axisTop(int(axis) - 1).x(), pixelY(*place[axis - 1]));
            const QPointF b(axisTop(int(axis)).x(), pixelY(*place[axis]));
            if (position.x() < a.x() - kNearLine || position.x() > b.x() + kNearLine) continue;
            const double away = distance(position, a, b);
            if (away >= least) continue;
            least = away;
            nearest = i;
        }
    }
    return nearest;
}

int ParallelPlot::axisAt(const QPointF& position) const {
    for (int i = 0; i < axisCount(); ++i)
        if (std::abs(position.x() - axisTop(i).x()) <= kNearAxis) return i;
    return -1;
}

void ParallelPlot::mousePressEvent(QMouseEvent* event) {
    m_brushing = event->button() == Qt::LeftButton ? axisAt(event->position()) : -1;
    m_brushBegin = positionAt(event->position().y());
    RunsPlot::mousePressEvent(event);
}

void ParallelPlot::mouseMoveEvent(QMouseEvent* event) {
    if (m_brushing >= 0 && event->buttons().testFlag(Qt::LeftButton)) {
        const double end = positionAt(event->position().y());
        if (std::abs(end - m_brushBegin) >= kLeastBrush) m_brushes[m_brushing] = std::minmax({m_brushBegin, end});
        return replot(rpQueuedReplot);
    }
    RunsPlot::mouseMoveEvent(event);
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent* event) {
    const int axis = std::exchange(m_brushing, -1);
    if (axis < 0) return RunsPlot::mouseReleaseEvent(event);
    if (std::abs(positionAt(event->position().y()) - m_brushBegin) < kLeastBrush) m_brushes.erase(axis);
    replot(rpQueuedReplot);
}

}  // namespace vit::ui
