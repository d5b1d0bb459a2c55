// SPDX-License-Identifier: GPL-3.0-or-later
// A confusion matrix as a heat map that one can zoom into, point at and walk through with the arrow keys.
#pragma once

#include "core/evaluation/class_order.h"
#include "core/evaluation/evaluation.h"

#include <QImage>
#include <QPoint>
#include <QWidget>

#include <memory>
#include <optional>

namespace vit::ui {

class ConfusionView : public QWidget {
    Q_OBJECT

public:
    explicit ConfusionView(QWidget* parent = nullptr);

    // Null: nothing is drawn. The order has each class once.
    void setMatrix(std::shared_ptr<const Evaluation> evaluation, ClassOrder order);

    // Where a cell is drawn, from the classes' indices; to be clicked at.
    QRect cellRect(int truth, int predicted) const;
    double cellSide() const;
    void zoom(double factor, QPointF around);
    void showAll();

    QSize sizeHint() const override { return {480, 480}; }
    QSize minimumSizeHint() const override { return {200, 200}; }

Q_SIGNALS:
    void cellChosen(int truth, int predicted);
    void pointedAt(const QString& text);  // "apple → pear: 12 images (12.00 %)"; empty: at nothing

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Cell {
        int row = 0, column = 0;  // in the order that is shown

        bool operator==(const Cell&) const = default;
    };

    int classes() const { return static_cast<int>(m_order.size()); }
    bool namesHaveRoom() const;   // beside every row
    QRect area() const;           // of the cells, without the names
    QRectF rectOf(Cell cell) const;
    std::optional<Cell> cellAt(QPointF place) const;
    QString textOf(Cell cell) const;
    void makeHeat();
    void keepInside();
    void pointAt(std::optional<Cell> cell);
    void move(int rows, int columns);
    void choose(Cell cell);
    void drawNames(QPainter& painter) const;
    void drawTitles(QPainter& painter) const;
    void drawGroups(QPainter& painter) const;

    std::shared_ptr<const Evaluation> m_evaluation;
    ClassOrder m_order;
    QImage m_heat;         // a pixel for each cell
    double m_zoom = 1;     // 1: all is seen
    QPointF m_offset;      // of the first cell, in pixels; 0 or less
    std::optional<Cell> m_pointed;
    QPointF m_pressed;     // where the button went down
    QPointF m_dragged;     // up to where the matrix was dragged
    bool m_dragging = false;
};

}  // namespace vit::ui
