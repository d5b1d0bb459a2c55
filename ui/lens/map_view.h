// SPDX-License-Identifier: GPL-3.0-or-later
// A picture with a map over it and the bar of its colours; patches are pointed at with the mouse or the keys.
#pragma once

#include "ui/lens/cell_grid.h"
#include "ui/lens/painted_map.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace vit::ui {

class MapView : public QWidget {
    Q_OBJECT

public:
    explicit MapView(QWidget* parent = nullptr);

    void setPicture(const Image& picture);  // empty: the map alone
    // Its rows and columns are the patches; one whose values are all NaN leaves the picture bare. The cursor stays
    // where there is such a patch.
    void setMap(const HeatMap& map);
    const HeatMap& map() const { return m_map; }
    // Of maps that are to be compared; without one it is the map's own.
    void setScale(const std::optional<ColourScale>& scale);
    ColourScale scale() const;
    // Held, colours go on meaning the numbers that they mean now, until there is another quantity: what plays, or what
    // is pointed at one after the other, can be compared.
    void setScaleHeld(bool held);
    void setStyle(const MapStyle& style);
    const MapStyle& style() const { return m_style; }
    void setQuantity(const QString& quantity);  // what the numbers are and their unit
    void setHidden(const std::vector<int>& patches);  // drawn as covered
    void setPatchTexts(const std::vector<QString>& texts);  // what is said of each instead of its number; may be empty

    int patchCount() const { return m_map.rows * m_map.columns; }
    int currentPatch() const { return m_current; }  // where the cursor is; -1 = nowhere
    int pointedPatch() const { return m_hovered >= 0 ? m_hovered : m_current; }
    void setCurrentPatch(int patch);                // -1 = nowhere

    int patchAt(const QPoint& position) const { return m_grid.at(position); }  // -1 outside
    QRect patchRect(int patch) const { return m_grid.cell(patch); }            // null if there is no such patch
    // "Patch 17 · row 1, column 5 · attention 0.0123", from 0 as indices are.
    QString patchText(int patch) const;

    QSize sizeHint() const override { return {420, 460}; }
    QSize minimumSizeHint() const override { return {160, 200}; }

Q_SIGNALS:
    // The patch under the mouse, else the one that the cursor is on; -1 = none.
    void patchHovered(int patch);
    // With the mouse, or with Enter or Space at the cursor.
    void patchClicked(int patch);
    // The pointer, its button held down, has come from one patch to the next, or Shift and a key have led there.
    void patchDragged(int from, int to);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void layOut();
    void repaintMap();
    void render();
    void point(int hovered, int current);
    void drag(int patch);
    void holdRange();
    int barHeight() const;
    QRect barPlace() const;
    void paintHidden(QPainter& painter) const;

    Image m_picture;
    HeatMap m_map;
    std::optional<ColourScale> m_scale;
    MapStyle m_style;
    QString m_quantity;
    std::vector<int> m_hidden;
    std::vector<QString> m_texts;
    bool m_held = false;
    std::optional<ColourScale> m_heldScale;  // of the first map of this quantity
    std::optional<QPoint> m_dragged;         // where the pointer was, its button held down
    int m_hovered = -1;
    int m_current = -1;

    CellGrid m_grid;
    Image m_under;     // the picture at the size that it is drawn at; empty = to be made anew
    QPixmap m_pixmap;  // with the map; null = to be made anew
};

}  // namespace vit::ui
