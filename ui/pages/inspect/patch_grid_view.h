// SPDX-License-Identifier: GPL-3.0-or-later
// The model's input cut into its patches, drawn apart from each other; one can be pointed at and one selected.
#pragma once

#include "core/inspect/patches.h"

#include <QColor>
#include <QPixmap>
#include <QWidget>

namespace vit::ui {

class PatchGridView : public QWidget {
    Q_OBJECT

public:
    static constexpr int kLargestSpacing = 12;

    explicit PatchGridView(QWidget* parent = nullptr);

    void setGrid(const PatchGrid& grid);  // keeps the selection if there is such a patch in the new grid
    const PatchGrid& grid() const { return m_grid; }
    int patchCount() const { return m_grid.patchCount(); }

    int spacing() const { return m_spacing; }
    int selected() const { return m_selected; }  // -1 = none
    int hovered() const { return m_hovered; }    // -1 = none

    // -1 between the patches and outside.
    int patchAt(const QPoint& position) const;
    // Empty if there is no such patch.
    QRect patchRect(int index) const;

    QColor meanColour(int index) const;
    // "Patch 17 · row 1, column 5", from 0 as indices are, and "mean colour 120, 88, 64 (#785840)".
    QString placeText(int index) const;
    QString colourText(int index) const;

    QSize sizeHint() const override { return {420, 420}; }
    QSize minimumSizeHint() const override { return {180, 180}; }

    void setSpacing(int pixels);  // 0 … kLargestSpacing; fewer are drawn where the patches would not fit
    void select(int index);       // -1 = none

Q_SIGNALS:
    void hoveredChanged(int index);
    void selectedChanged(int index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void layOut();
    void render();
    void setHovered(int index);
    void showToolTip(const QPoint& globalPosition, const QPoint& position);

    PatchGrid m_grid;
    int m_spacing = 3;
    int m_selected = -1;
    int m_hovered = -1;

    // Of the drawing: window pixels.
    QPoint m_origin;
    int m_cell = 0;
    int m_drawnSpacing = 0;
    QPixmap m_pixmap;  // all patches; null = to be drawn anew
};

}  // namespace vit::ui
