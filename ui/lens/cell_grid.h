// SPDX-License-Identifier: GPL-3.0-or-later
// Whole pixels for the patches of a picture, and the keys that walk over rows and columns.
#pragma once

#include <QRect>
#include <QSize>

class QKeyEvent;

namespace vit::ui {

// Rows and columns of cells within a rectangle. Their sides differ by one pixel at most, and none lies between two.
class CellGrid {
public:
    CellGrid() = default;
    CellGrid(const QRect& place, int rows, int columns) : m_place(place), m_rows(rows), m_columns(columns) {}
    // As large as it fits into `room`, in the middle, in the shape of `picture`; with cells of one size where each has
    // a pixel.
    static CellGrid fitted(const QRect& room, QSize picture, int rows, int columns);

    const QRect& place() const { return m_place; }
    int rows() const { return m_rows; }
    int columns() const { return m_columns; }
    int count() const { return m_rows * m_columns; }
    bool operator==(const CellGrid&) const = default;

    // Null if there is no such cell.
    QRect cell(int index) const;
    // -1 outside.
    int at(const QPoint& position) const;

private:
    QRect m_place;
    int m_rows = 0;
    int m_columns = 0;
};

// Where a key leads from one of `count` cells in rows of `columns`: arrows by one, Home and End along the row, with
// Ctrl to the first and the last. From -1, none, to the first. -2: another key.
int walked(const QKeyEvent& event, int from, int count, int columns);

}  // namespace vit::ui
