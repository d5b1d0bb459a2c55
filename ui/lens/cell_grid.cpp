// SPDX-License-Identifier: GPL-3.0-or-later
// Layout and keys of rows and columns.
#include "ui/lens/cell_grid.h"

#include <QKeyEvent>

#include <algorithm>

namespace vit::ui {

namespace {

int snapped(int side, int parts) { return parts > 0 && side >= parts ? side - side % parts : side; }

}  // namespace

CellGrid CellGrid::fitted(const QRect& room, QSize picture, int rows, int columns) {
    if (room.isEmpty() || picture.isEmpty()) return {};
    QSize size = picture.scaled(room.size(), Qt::KeepAspectRatio).expandedTo({1, 1});
    size = {snapped(size.width(), columns), snapped(size.height(), rows)};
    QRect place({}, size);
    place.moveTopLeft(room.topLeft() + QPoint(room.width() - size.width(), room.height() - size.height()) / 2);
    return {place, rows, columns};
}

QRect CellGrid::cell(int index) const {
    if (index < 0 || index >= count() || m_place.isEmpty()) return {};
    const int row = index / m_columns;
    const int column = index % m_columns;
    const auto edge = [](int length, int i, int parts) { return length * i / parts; };
    const QPoint from(edge(m_place.width(), column, m_columns), edge(m_place.height(), row, m_rows));
    const QPoint to(edge(m_place.width(), column + 1, m_columns), edge(m_place.height(), row + 1, m_rows));
    return {m_place.topLeft() + from, QSize(to.x() - from.x(), to.y() - from.y())};
}

int CellGrid::at(const QPoint& position) const {
    if (count() == 0 || !m_place.contains(position)) return -1;
    // The last cell that begins at or before the pixel.
    const auto part = [](int pixel, int length, int parts) { return ((pixel + 1) * parts - 1) / length; };
    const QPoint inside = position - m_place.topLeft();
    return part(inside.y(), m_place.height(), m_rows) * m_columns + part(inside.x(), m_place.width(), m_columns);
}

int walked(const QKeyEvent& event, int from, int count, int columns) {
    if (count == 0) return -2;
    const bool all = event.modifiers() & Qt::ControlModifier;
    const bool arrow = event.key() >= Qt::Key_Left && event.key() <= Qt::Key_Down;
    if (from < 0) return arrow || event.key() == Qt::Key_Home ? 0 : -2;
    const int rowBegin = from / columns * columns;
    const int rowEnd = std::min(rowBegin + columns, count) - 1;
    switch (event.key()) {
        case Qt::Key_Left: return std::max(from - 1, rowBegin);
        case Qt::Key_Right: return std::min(from + 1, rowEnd);
        case Qt::Key_Up: return from >= columns ? from - columns : from;
        case Qt::Key_Down: return from + columns < count ? from + columns : from;
        case Qt::Key_Home: return all ? 0 : rowBegin;
        case Qt::Key_End: return all ? count - 1 : rowEnd;
        default: return -2;
    }
}

}  // namespace vit::ui
