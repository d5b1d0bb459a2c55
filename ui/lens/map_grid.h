// SPDX-License-Identifier: GPL-3.0-or-later
// Many small maps side by side, as of a layer's heads; one can be selected with the mouse or the keys.
#pragma once

#include "ui/lens/painted_map.h"

#include <QWidget>

#include <vector>

namespace vit::ui {

struct MapTile {
    HeatMap map;
    QString caption;       // one line or two
    Image picture = {};    // under this one map; empty: that of the grid
    QString details = {};  // what is said of it where it is pointed at; empty: from which number to which it goes
    bool marked = false;   // by a frame
};

class MapGrid : public QWidget {
    Q_OBJECT

public:
    explicit MapGrid(QWidget* parent = nullptr);

    void setPicture(const Image& picture);  // under every map; empty: the maps alone
    // Row by row; columns 0: as many as make them largest. The selection stays where there is such a map.
    void setTiles(std::vector<MapTile> tiles, int columns = 0);
    int tileCount() const { return static_cast<int>(m_tiles.size()); }
    // One scale for all, whose bar is shown (the default), or each map by its own.
    void setSharedScale(bool shared);
    ColourScale scale(int tile) const;
    void setStyle(const MapStyle& style);
    void setQuantity(const QString& quantity);  // what the numbers are and their unit

    int selectedTile() const { return m_selected; }  // -1 = none
    void select(int tile);                           // -1 = none

    int columns() const { return m_columns; }
    int tileAt(const QPoint& position) const;  // -1 between the tiles and outside
    QRect tileRect(int tile) const;            // with its caption; null if there is no such tile
    QRect mapRect(int tile) const;             // without

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void selected(int tile);
    // With the mouse, or with Enter or Space at the one that is selected.
    void tileClicked(int tile);

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
    void repaintMaps();
    void render();
    void setHovered(int tile);
    int rows() const;
    int captionHeight() const;  // 0 where no tile has one
    int barHeight() const;      // with the space above it; 0 without a bar
    QSize sizeFor(int side) const;
    QString tileText(int tile) const;
    const Image& pictureUnderTile(int tile) const;

    Image m_picture;
    std::vector<MapTile> m_tiles;
    bool m_shared = true;
    ColourScale m_sharedScale;
    MapStyle m_style;
    QString m_quantity;
    int m_wantedColumns = 0;
    int m_selected = -1;
    int m_hovered = -1;

    // Of the drawing.
    int m_columns = 1;
    int m_side = 0;  // of the square that a map fits into
    QPoint m_origin;
    std::vector<QPixmap> m_pixmaps;  // empty = to be made anew
};

}  // namespace vit::ui
