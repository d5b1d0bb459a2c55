// SPDX-License-Identifier: GPL-3.0-or-later
// Layout, painting and selection of many maps.
#include "ui/lens/map_grid.h"

#include "ui/lens/cell_grid.h"
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

constexpr int kFrame = 4;         // room at the edge for the borders of the selection and of the focus
constexpr int kCaptionGap = 3;    // for the border of what is chosen
constexpr int kUsualSide = 84;    // of a map
constexpr int kSmallestSide = 24;

}  // namespace

MapGrid::MapGrid(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Maps"));
}

void MapGrid::setPicture(const Image& picture) {
    m_picture = picture;
    layOut();
}

void MapGrid::setTiles(std::vector<MapTile> tiles, int columns) {
    m_tiles = std::move(tiles);
    m_wantedColumns = columns;
    m_hovered = -1;
    layOut();
    updateGeometry();
    if (m_selected >= tileCount()) select(-1);
    else setAccessibleDescription(tileText(m_selected));
}

void MapGrid::setSharedScale(bool shared) {
    m_shared = shared;
    layOut();
}

void MapGrid::setStyle(const MapStyle& style) {
    m_style = style;
    repaintMaps();
}

void MapGrid::setQuantity(const QString& quantity) {
    m_quantity = quantity;
    layOut();
}

ColourScale MapGrid::scale(int tile) const {
    return m_shared ? m_sharedScale : scaleOf(m_tiles[static_cast<std::size_t>(tile)].map, m_style.colours);
}

void MapGrid::select(int tile) {
    if (tile < -1 || tile >= tileCount()) tile = -1;
    if (tile == m_selected) return;
    m_selected = tile;
    setAccessibleDescription(tileText(tile));
    update();
    Q_EMIT selected(tile);
}

void MapGrid::setHovered(int tile) {
    if (tile == m_hovered) return;
    m_hovered = tile;
    update();
}

int MapGrid::rows() const { return (tileCount() + m_columns - 1) / m_columns; }

int MapGrid::captionHeight() const {
    qsizetype lines = 0;
    for (const MapTile& tile : m_tiles)
        if (!tile.caption.isEmpty()) lines = std::max(lines, tile.caption.count('\n') + 1);
    return lines > 0 ? kCaptionGap + static_cast<int>(lines) * fontMetrics().height() : 0;
}

int MapGrid::barHeight() const {
    return m_shared ? kSpace + scaleBarHeight(fontMetrics(), !m_quantity.isEmpty()) : 0;
}

QSize MapGrid::sizeFor(int side) const {
    const int across = m_columns * (side + kSpace) - kSpace;
    const int down = rows() * (side + captionHeight() + kSpace) - kSpace;
    return QSize(across, std::max(0, down) + barHeight()) + QSize(2 * kFrame, 2 * kFrame);
}

QSize MapGrid::sizeHint() const { return sizeFor(kUsualSide); }

QSize MapGrid::minimumSizeHint() const { return sizeFor(kSmallestSide); }

void MapGrid::layOut() {
    const int count = tileCount();
    const QSize room = size() - QSize(2 * kFrame, 2 * kFrame + barHeight());
    const auto sideWith = [&](int columns) {
        const int rows = (count + columns - 1) / columns;
        return std::min((room.width() + kSpace) / columns, (room.height() + kSpace) / rows - captionHeight()) - kSpace;
    };
    m_columns = std::max(1, m_wantedColumns);
    for (int columns = 1; m_wantedColumns == 0 && columns <= count; ++columns) {
        if (sideWith(columns) > sideWith(m_columns)) m_columns = columns;
    }
    m_side = count > 0 ? std::max(1, sideWith(m_columns)) : 0;
    const QSize used = sizeFor(m_side);
    m_origin = QPoint(std::max(0, width() - used.width()) / 2, std::max(0, height() - used.height()) / 2) +
               QPoint(kFrame, kFrame);
    repaintMaps();
}

void MapGrid::repaintMaps() {
    std::vector<HeatMap> maps;
    for (const MapTile& tile : m_tiles) maps.push_back(tile.map);
    m_sharedScale = scaleOf(maps, m_style.colours);
    m_pixmaps.clear();
    update();
}

QRect MapGrid::tileRect(int tile) const {
    if (tile < 0 || tile >= tileCount()) return {};
    const QPoint place(tile % m_columns * (m_side + kSpace), tile / m_columns * (m_side + captionHeight() + kSpace));
    return {m_origin + place, QSize(m_side, m_side + captionHeight())};
}

QRect MapGrid::mapRect(int tile) const {
    if (tile < 0 || tile >= tileCount()) return {};
    const HeatMap& map = m_tiles[static_cast<std::size_t>(tile)].map;
    const Image& picture = pictureUnderTile(tile);
    const QSize shape = picture.empty() ? QSize(map.columns, map.rows) : QSize(picture.width, picture.height);
    const QRect room(tileRect(tile).topLeft(), QSize(m_side, m_side));
    return CellGrid::fitted(room, shape, map.rows, map.columns).place();
}

const Image& MapGrid::pictureUnderTile(int tile) const {
    const Image& own = m_tiles[static_cast<std::size_t>(tile)].picture;
    return own.empty() ? m_picture : own;
}

int MapGrid::tileAt(const QPoint& position) const {
    for (int tile = 0; tile < tileCount(); ++tile) {
        if (tileRect(tile).contains(position)) return tile;
    }
    return -1;
}

QString MapGrid::tileText(int tile) const {
    if (tile < 0 || tile >= tileCount()) return {};
    const MapTile& shown = m_tiles[static_cast<std::size_t>(tile)];
    if (shown.map.empty()) return shown.caption;
    ValueRange range;
    for (const float value : shown.map.values) {
        if (std::isfinite(value)) range.include(value);
    }
    const QString numbers =
        range.empty() ? tr("no value") : tr("%1 to %2").arg(plainNumber(range.low), plainNumber(range.high));
    const QString usual = m_quantity.isEmpty() ? numbers : m_quantity + ' ' + numbers;
    QStringList parts = {QString(shown.caption).replace('\n', ' '), shown.details.isEmpty() ? usual : shown.details};
    parts.removeAll({});
    return parts.join(QStringLiteral(" · "));
}

void MapGrid::render() {
    const qreal ratio = devicePixelRatioF();
    Image under;
    for (int tile = 0; tile < tileCount(); ++tile) {
        const QSize size = (QSizeF(mapRect(tile).size()) * ratio).toSize();
        QPixmap pixmap;
        if (!size.isEmpty()) {
            const Image& picture = pictureUnderTile(tile);
            const bool own = &picture != &m_picture;
            if (own || under.width != size.width() || under.height != size.height())
                under = pictureUnder(picture, size);
            pixmap = paintedMap(under, picture.empty(), m_tiles[static_cast<std::size_t>(tile)].map, scale(tile),
                                m_style);
            if (own) under = {};
            pixmap.setDevicePixelRatio(ratio);
        }
        m_pixmaps.push_back(pixmap);
    }
}

void MapGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Colors& c = colors(this);
    if (!m_pixmaps.empty() && m_pixmaps.front().devicePixelRatio() != devicePixelRatioF()) m_pixmaps.clear();
    if (m_pixmaps.empty()) render();
    for (int tile = 0; tile < tileCount(); ++tile) {
        const QRect place = mapRect(tile);
        painter.drawPixmap(place.topLeft(), m_pixmaps[static_cast<std::size_t>(tile)]);
        paintFrame(painter, place, 1, c.border);
        const QString& caption = m_tiles[static_cast<std::size_t>(tile)].caption;
        painter.setPen(tile == m_selected ? c.text : c.mutedText);
        QRect line(tileRect(tile).left(), tileRect(tile).top() + m_side + kCaptionGap, m_side, fontMetrics().height());
        for (const QString& text : caption.split('\n')) {
            painter.drawText(line, Qt::AlignCenter, fontMetrics().elidedText(text, Qt::ElideRight, m_side));
            line.translate(0, line.height());
        }
        if (m_tiles[static_cast<std::size_t>(tile)].marked) paintFrame(painter, place, 2, c.validation);
        if (tile == m_selected) paintFrame(painter, place, 3, c.accent);
        else if (tile == m_hovered) paintFrame(painter, place, 1, c.text);
    }
    if (m_shared && tileCount() > 0) {
        const int width = m_columns * (m_side + kSpace) - kSpace;
        const int top = m_origin.y() + rows() * (m_side + captionHeight() + kSpace);
        paintScaleBar(painter, {m_origin.x(), top, width, barHeight() - kSpace}, m_sharedScale, m_quantity, palette());
    }
    if (hasFocus()) paintFrame(painter, rect().adjusted(1, 1, -1, -1), 1, c.accent);
}

void MapGrid::resizeEvent(QResizeEvent*) { layOut(); }

void MapGrid::mousePressEvent(QMouseEvent* event) {
    const int tile = tileAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || tile < 0) return;
    select(tile);
    Q_EMIT tileClicked(tile);
}

void MapGrid::mouseMoveEvent(QMouseEvent* event) { setHovered(tileAt(event->position().toPoint())); }

void MapGrid::leaveEvent(QEvent*) { setHovered(-1); }

void MapGrid::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if (m_selected >= 0 && (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space)) {
        Q_EMIT tileClicked(m_selected);
        return;
    }
    const int tile = walked(*event, m_selected, tileCount(), m_columns);
    if (tile < 0) return QWidget::keyPressEvent(event);
    select(tile);
}

bool MapGrid::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: {
            const auto* help = static_cast<QHelpEvent*>(event);
            const int tile = tileAt(help->pos());
            if (tile < 0) QToolTip::hideText();
            else QToolTip::showText(help->globalPos(), tileText(tile), this, tileRect(tile));
            return true;
        }
        case QEvent::FontChange:
            layOut();
            updateGeometry();
            break;
        case QEvent::PaletteChange:
        case QEvent::FocusIn:
        case QEvent::FocusOut: update(); break;
        default: break;
    }
    return QWidget::event(event);
}

}  // namespace vit::ui
