// SPDX-License-Identifier: GPL-3.0-or-later
// A small curve for each layer and statistic, layers below one another; one can be chosen with the mouse or the keys.
#pragma once

#include "ui/pages/train/layer_history.h"

#include <QWidget>

namespace vit::ui {

class LayerMatrix : public QWidget {
    Q_OBJECT

public:
    struct Cell {
        std::size_t layer = 0;
        std::size_t statistic = 0;  // in kLayerStatistics
        bool operator==(const Cell&) const = default;
    };

    // The history outlives it.
    explicit LayerMatrix(const LayerHistory& history, QWidget* parent = nullptr);

    void refresh();  // the history has changed
    Cell chosen() const { return m_chosen; }
    void choose(Cell cell);

    QRect cellRect(Cell cell) const;
    // "Block 3, gradient norm: 0.0123 at step 450"
    QString cellText(Cell cell, std::size_t measurement) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosenChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    const LayerHistory& m_history;
    Cell m_chosen;

    int nameWidth() const;
    int headerHeight() const;
    QRect rowRect(std::size_t layer) const;
    std::optional<Cell> cellAt(const QPoint& position) const;
    std::size_t measurementAt(const QPoint& position) const;
    double across(const QRectF& room, std::int64_t step) const;
    void paintHeader(QPainter& painter) const;
    void paintName(QPainter& painter, std::size_t layer) const;
    void paintCell(QPainter& painter, Cell cell) const;
    QString findingsText(std::size_t layer) const;  // a line each, before each a line break
    void describe();
};

}  // namespace vit::ui
