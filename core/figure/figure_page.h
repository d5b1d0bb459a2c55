// SPDX-License-Identifier: GPL-3.0-or-later
// Gives each part of a figure its place, and draws them all there. Internal to core/figure.
#pragma once

#include "core/figure/figure_canvas.h"
#include "core/figure/figure_part.h"
#include "core/figure/scale_bar.h"

#include <memory>
#include <vector>

namespace vit {

class FigurePage {
public:
    explicit FigurePage(const Figure& figure);  // which must outlive it

    Canvas canvas() const;
    void draw(cairo_t* cairo) const;

private:
    struct Cell {
        TextBlock caption;
        std::unique_ptr<FigurePart> part;
    };
    // Heights are the greatest of the row's cells.
    struct Row {
        TextBlock title;
        std::vector<Cell> cells;
        double caption = 0;
        double part = 0;
        double foot = 0;
    };

    void setCells();
    void setWords();
    double cellLeft(std::size_t column) const;
    double rowHeight(const Row& row) const;
    double drawRow(cairo_t* cairo, const Row& row, double y) const;  // gives the y below it

    const Figure& m_figure;
    TextSetter m_setter;
    int m_columns = 1;
    int m_cell = 0;  // width
    int m_gap = 0;   // between cells
    double m_width = 0;
    double m_gridLeft = 0;
    double m_gridWidth = 0;
    TextBlock m_title;
    std::vector<TextBlock> m_columnTitles;
    double m_columnTitleHeight = 0;
    std::vector<Row> m_rows;
    ScaleBar m_sharedBar;
    double m_barWidth = 0;
    TextBlock m_facts;
};

}  // namespace vit
