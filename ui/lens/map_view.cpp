// SPDX-License-Identifier: GPL-3.0-or-later
// Layout, painting and pointing of one map.
#include "ui/lens/map_view.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kEdge = 5;  // room at the edge for the borders of the cursor and of the focus

}  // namespace

MapView::MapView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Map over the picture"));
}

void MapView::setPicture(const Image& picture) {
    if (picture == m_picture) return;
    m_picture = picture;
    layOut();
}

void MapView::setMap(const HeatMap& map) {
    const bool samePatches = map.rows == m_map.rows && map.columns == m_map.columns;
    m_map = map;
    if (!samePatches) {
        std::erase_if(m_hidden, [&](int patch) { return patch >= patchCount(); });
        m_texts.clear();
        layOut();
        point(-1, m_current < patchCount() ? m_current : -1);
    }
    holdRange();
    setAccessibleDescription(patchText(pointedPatch()));
    repaintMap();
}

void MapView::setScaleHeld(bool held) {
    if (held == m_held) return;
    m_held = held;
    m_heldScale.reset();
    holdRange();
    repaintMap();
}

void MapView::holdRange() {
    if (!m_held || m_heldScale) return;
    const ColourScale own = scaleOf(m_map, m_style.colours);
    if (!own.range.empty()) m_heldScale = own;
}

void MapView::setScale(const std::optional<ColourScale>& scale) {
    m_scale = scale;
    repaintMap();
}

ColourScale MapView::scale() const {
    if (m_scale) return *m_scale;
    ColourScale scale = scaleOf(m_map, m_style.colours);
    if (m_heldScale && isDiverging(m_heldScale->map) == isDiverging(scale.map)) scale.range = m_heldScale->range;
    return scale;
}

void MapView::setStyle(const MapStyle& style) {
    m_style = style;
    repaintMap();
}

void MapView::setQuantity(const QString& quantity) {
    if (quantity == m_quantity) return;
    m_heldScale.reset();
    m_quantity = quantity;
    layOut();
}

void MapView::setHidden(const std::vector<int>& patches) {
    m_hidden = patches;
    setAccessibleDescription(patchText(pointedPatch()));
    update();
}

void MapView::setPatchTexts(const std::vector<QString>& texts) {
    m_texts = texts;
    setAccessibleDescription(patchText(pointedPatch()));
}

int MapView::barHeight() const { return scaleBarHeight(fontMetrics(), !m_quantity.isEmpty()); }

// Right below the map, wherever that ends.
QRect MapView::barPlace() const {
    return {m_grid.place().left(), m_grid.place().bottom() + 1 + kSpace, m_grid.place().width(), barHeight()};
}

void MapView::layOut() {
    const QRect room = rect().adjusted(kEdge, kEdge, -kEdge, -kEdge - kSpace - barHeight());
    const bool alone = m_picture.empty();
    const QSize shape = alone ? QSize(m_map.columns, m_map.rows) : QSize(m_picture.width, m_picture.height);
    m_grid = CellGrid::fitted(room, shape, m_map.rows, m_map.columns);
    m_under = {};
    repaintMap();
}

void MapView::repaintMap() {
    m_pixmap = {};
    update();
}

void MapView::render() {
    const qreal ratio = devicePixelRatioF();
    const QSize size = (QSizeF(m_grid.place().size()) * ratio).toSize();
    if (m_under.width != size.width() || m_under.height != size.height()) m_under = pictureUnder(m_picture, size);
    m_pixmap = paintedMap(m_under, m_picture.empty(), m_map, scale(), m_style);
    m_pixmap.setDevicePixelRatio(ratio);
}

QString MapView::patchText(int patch) const {
    if (patch < 0 || patch >= patchCount()) return {};
    const auto index = static_cast<std::size_t>(patch);
    const QString number = std::isfinite(m_map.values[index]) ? plainNumber(m_map.values[index]) : tr("no value");
    QString said = m_quantity.isEmpty() ? number : m_quantity + ' ' + number;
    if (index < m_texts.size()) said = m_texts[index];
    if (std::ranges::find(m_hidden, patch) != m_hidden.end()) said = tr("hidden");
    return tr("Patch %1 · row %2, column %3 · %4")
        .arg(patch)
        .arg(patch / m_map.columns)
        .arg(patch % m_map.columns)
        .arg(said);
}

void MapView::setCurrentPatch(int patch) {
    if (patch >= -1 && patch < patchCount()) point(m_hovered, patch);
}

void MapView::point(int hovered, int current) {
    if (hovered == m_hovered && current == m_current) return;
    const int before = pointedPatch();
    m_hovered = hovered;
    m_current = current;
    update();
    if (pointedPatch() == before) return;
    setAccessibleDescription(patchText(pointedPatch()));
    Q_EMIT patchHovered(pointedPatch());
}

void MapView::paintHidden(QPainter& painter) const {
    const Colors& c = colors(this);
    painter.setPen(c.mutedText);
    for (const int patch : m_hidden) {
        const QRect cell = patchRect(patch);
        painter.fillRect(cell, c.surface);
        painter.drawLine(cell.topLeft(), cell.bottomRight());
        painter.drawLine(cell.topRight(), cell.bottomLeft());
    }
}

void MapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Colors& c = colors(this);
    if (!m_grid.place().isEmpty()) {
        if (m_pixmap.isNull() || m_pixmap.devicePixelRatio() != devicePixelRatioF()) render();
        painter.drawPixmap(m_grid.place().topLeft(), m_pixmap);
        paintFrame(painter, m_grid.place(), 1, c.border);
        paintHidden(painter);
        // Two lines, light on dark, are seen on any picture.
        const auto frame = [&](int patch, const QColor& colour, int lineWidth) {
            if (patch < 0) return;
            const QRect cell = patchRect(patch);
            paintFrame(painter, cell.adjusted(1, 1, -1, -1), 1, c.surface);
            paintFrame(painter, cell, lineWidth, colour);
        };
        if (m_hovered != m_current) frame(m_hovered, c.text, 1);
        frame(m_current, c.accent, 3);
        const int pointed = pointedPatch();
        const auto marked =
            pointed < 0 ? std::nullopt : std::optional<double>(m_map.values[static_cast<std::size_t>(pointed)]);
        paintScaleBar(painter, barPlace(), scale(), m_quantity, palette(), marked);
    }
    if (hasFocus()) paintFrame(painter, rect().adjusted(1, 1, -1, -1), 1, c.accent);
}

void MapView::resizeEvent(QResizeEvent*) { layOut(); }

void MapView::mousePressEvent(QMouseEvent* event) {
    const int patch = patchAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || patch < 0) return;
    point(m_hovered, patch);
    m_dragged = event->position().toPoint();
    Q_EMIT patchClicked(patch);
}

// A fast hand leaves patches out: all on the way count.
void MapView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint to = event->position().toPoint();
    if (m_dragged && (event->buttons() & Qt::LeftButton)) {
        const QPoint way = to - *m_dragged;
        const int steps = std::max(std::abs(way.x()), std::abs(way.y()));
        for (int step = 1; step <= steps; ++step) drag(patchAt(*m_dragged + way * step / steps));
        m_dragged = to;
    }
    point(patchAt(to), m_current);
}

void MapView::mouseReleaseEvent(QMouseEvent*) { m_dragged.reset(); }

void MapView::drag(int patch) {
    const int from = m_current;
    if (patch < 0 || patch == from) return;
    point(m_dragged ? patch : -1, patch);
    if (from >= 0) Q_EMIT patchDragged(from, patch);
}

void MapView::leaveEvent(QEvent*) { point(-1, m_current); }

void MapView::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if (m_current >= 0 && (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space)) {
        Q_EMIT patchClicked(m_current);
        return;
    }
    if (key == Qt::Key_Escape && m_current >= 0) return point(-1, -1);
    const int patch = walked(*event, m_current, patchCount(), m_map.columns);
    if (patch < -1) return QWidget::keyPressEvent(event);
    if (event->modifiers() & Qt::ShiftModifier) return drag(patch);
    point(-1, patch);  // what the keys lead to, even while the mouse rests elsewhere
}

bool MapView::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: {
            const auto* help = static_cast<QHelpEvent*>(event);
            const int patch = patchAt(help->pos());
            if (patch < 0) QToolTip::hideText();
            else QToolTip::showText(help->globalPos(), patchText(patch), this, patchRect(patch));
            return true;
        }
        case QEvent::FontChange: layOut(); break;
        case QEvent::PaletteChange:
        case QEvent::FocusIn:
        case QEvent::FocusOut: update(); break;
        default: break;
    }
    return QWidget::event(event);
}

}  // namespace vit::ui
