// SPDX-License-Identifier: GPL-3.0-or-later
// From above to below: title, the grid of panels with its titles, the bar of colours that they share, the facts.
#include "core/figure/figure_page.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

constexpr double kPageWidth = 180 / 25.4 * kDotsPerInch;  // between the margins of A4 and of Letter
constexpr double kMargin = 24;
constexpr int kWidestMap = 840;       // 71 mm
constexpr int kWidestPlot = 1400;     // 119 mm
constexpr int kNarrowestCell = 100;   // 8 mm; a page with more of them in a row grows
constexpr double kTitleSize = points(10);
constexpr double kTextSize = points(8);
constexpr double kSmallTextSize = points(6);
constexpr double kSmallGap = points(2.5);
constexpr double kBlockGap = 34;  // dots

int columnsFor(const Figure& figure) {
    const int count = static_cast<int>(figure.panels.size());
    if (figure.columns > 0) return figure.columns;
    return count <= 4 ? std::max(1, count) : static_cast<int>(std::ceil(std::sqrt(count)));
}

int widestCell(const Figure& figure) {
    const bool plots = std::ranges::any_of(
        figure.panels, [](const Panel& panel) { return std::holds_alternative<PlotPanel>(panel); });
    return plots ? kWidestPlot : kWidestMap;
}

const std::string& captionOf(const Panel& panel) {
    return std::visit([](const auto& any) -> const std::string& { return any.caption; }, panel);
}

// The panels whose colours are numbers.
std::vector<const MapPanel*> mapsOf(const Figure& figure) {
    std::vector<const MapPanel*> maps;
    for (const Panel& panel : figure.panels) {
        const auto* map = std::get_if<MapPanel>(&panel);
        if (map && !map->map.empty()) maps.push_back(map);
    }
    return maps;
}

// What all maps have as columns, so that panels with and without a map are drawn at one size; else 1.
int patchesAcross(const Figure& figure, int width) {
    const std::vector<const MapPanel*> maps = mapsOf(figure);
    const bool same = std::ranges::all_of(
        maps, [&](const MapPanel* map) { return map->map.columns == maps.front()->map.columns; });
    return same && !maps.empty() && maps.front()->map.columns <= width ? maps.front()->map.columns : 1;
}

bool shareScale(const std::vector<const MapPanel*>& maps) {
    return std::ranges::all_of(maps, [&](const MapPanel* map) {
        return map->scale == maps.front()->scale && map->quantity == maps.front()->quantity;
    });
}

double greatest(const std::vector<TextBlock>& blocks, double (TextBlock::*side)() const) {
    double most = 0;
    for (const TextBlock& block : blocks) most = std::max(most, (block.*side)());
    return most;
}

// In whole dots, so that all that follows lies on them.
double withGap(double height, double gap) { return height > 0 ? std::ceil(height + gap) : 0; }

std::string description(const Figure& figure) {
    std::string text;
    for (const Panel& panel : figure.panels) {
        if (!captionOf(panel).empty()) text += (text.empty() ? "" : ", ") + captionOf(panel);
    }
    for (const Fact& fact : figure.facts) text += (text.empty() ? "" : "; ") + fact.name + ": " + fact.value;
    return printable(text);
}

}  // namespace

FigurePage::FigurePage(const Figure& figure) : m_figure(figure), m_columns(columnsFor(figure)) {
    std::vector<TextBlock> rowTitles;
    for (const std::string& title : figure.rowTitles) {
        rowTitles.push_back(m_setter.set(title, {.size = kTextSize, .width = points(60), .lines = 2}));
    }
    const double beside = withGap(greatest(rowTitles, &TextBlock::width), points(4));
    m_gap = m_columns > 4 ? 20 : 40;
    const double room = kPageWidth - 2 * kMargin - beside - m_gap * (m_columns - 1);
    m_cell = std::clamp(static_cast<int>(room / m_columns), kNarrowestCell, widestCell(figure));
    m_cell -= m_cell % patchesAcross(figure, m_cell);
    m_gridLeft = kMargin + beside;
    m_gridWidth = m_columns * m_cell + m_gap * (m_columns - 1);
    m_width = std::max<double>(m_gridLeft + m_gridWidth, kMargin + kWidestMap) + kMargin;

    setCells();
    const std::size_t titled = std::min(rowTitles.size(), m_rows.size());
    for (std::size_t i = 0; i < titled; ++i) m_rows[i].title = std::move(rowTitles[i]);
    setWords();
}

void FigurePage::setCells() {
    const std::vector<const MapPanel*> maps = mapsOf(m_figure);
    const bool shared = shareScale(maps);
    const TextShape caption{
        .size = m_cell >= points(60) ? kTextSize : kSmallTextSize, .width = double(m_cell), .lines = 2};
    for (std::size_t i = 0; i < m_figure.panels.size(); ++i) {
        const Panel& panel = m_figure.panels[i];
        if (i % static_cast<std::size_t>(m_columns) == 0) m_rows.emplace_back();
        Cell cell{.caption = m_setter.set(captionOf(panel), caption)};
        if (const auto* map = std::get_if<MapPanel>(&panel)) cell.part = mapPart(m_setter, *map, m_cell, !shared);
        else cell.part = plotPart(m_setter, std::get<PlotPanel>(panel), m_cell);
        Row& row = m_rows.back();
        row.caption = std::max(row.caption, cell.caption.height());
        row.part = std::max(row.part, cell.part->height());
        row.foot = std::max(row.foot, cell.part->footHeight());
        row.cells.push_back(std::move(cell));
    }
    if (!shared || maps.empty()) return;
    // The label tells of gaps, which the first map need not have.
    const auto* withGaps = *std::ranges::max_element(
        maps, {}, [](const MapPanel* map) { return barLabel(*map).size(); });
    m_barWidth = std::floor(std::min<double>(m_gridWidth, kWidestMap));
    m_sharedBar = ScaleBar(m_setter, withGaps->scale, barLabel(*withGaps), m_barWidth);
}

void FigurePage::setWords() {
    const double width = m_width - 2 * kMargin;
    m_title = m_setter.set(std::vector{TextRun{m_figure.title, kInk, true}}, {.size = kTitleSize, .width = width});
    for (const std::string& title : m_figure.columnTitles) {
        m_columnTitles.push_back(
            m_setter.set(title, {.size = m_cell >= points(60) ? kTextSize : kSmallTextSize,
                                 .width = double(m_cell), .lines = 2}));
    }
    m_columnTitles.resize(std::min(m_columnTitles.size(), static_cast<std::size_t>(m_columns)));
    m_columnTitleHeight = greatest(m_columnTitles, &TextBlock::height);
    std::vector<TextRun> runs;
    for (const Fact& fact : m_figure.facts) {
        if (!runs.empty()) runs.push_back({"   "});
        if (fact.colour) runs.push_back({"●\u00a0", *fact.colour});
        runs.push_back({fact.name + "\u00a0", kMutedInk});
        runs.push_back({fact.value});
    }
    m_facts = m_setter.set(runs, {.size = kTextSize, .width = width});
}

double FigurePage::cellLeft(std::size_t column) const { return m_gridLeft + double(column) * (m_cell + m_gap); }

double FigurePage::rowHeight(const Row& row) const {
    return withGap(row.caption, kSmallGap) + row.part + withGap(row.foot, kSmallGap);
}

Canvas FigurePage::canvas() const {
    double height = kMargin + withGap(m_title.height(), kBlockGap) + withGap(m_columnTitleHeight, kSmallGap);
    for (const Row& row : m_rows) height += rowHeight(row) + (&row == &m_rows.back() ? kBlockGap : m_gap);
    height += withGap(m_sharedBar.height(), kBlockGap) + m_facts.height() + kMargin;
    return {.width = static_cast<int>(std::ceil(m_width)),
            .height = static_cast<int>(std::ceil(height)),
            .title = printable(m_figure.title),
            .description = description(m_figure)};
}

double FigurePage::drawRow(cairo_t* cairo, const Row& row, double y) const {
    const double top = y + withGap(row.caption, kSmallGap);
    row.title.draw(cairo, kMargin, top + (row.part - row.title.height()) / 2);
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
        const Cell& cell = row.cells[column];
        const double x = cellLeft(column);
        setColour(cairo, kInk);
        cell.caption.draw(cairo, x, top - kSmallGap - cell.caption.height());
        cell.part->draw(cairo, x, top);
        cell.part->drawFoot(cairo, x, top + row.part + kSmallGap);
    }
    return y + rowHeight(row) + (&row == &m_rows.back() ? kBlockGap : m_gap);
}

void FigurePage::draw(cairo_t* cairo) const {
    double y = kMargin;
    m_title.draw(cairo, kMargin, y);
    y += withGap(m_title.height(), kBlockGap);
    for (std::size_t column = 0; column < m_columnTitles.size(); ++column) {
        m_columnTitles[column].draw(cairo, cellLeft(column) + m_cell / 2.0, y, Anchor::Middle);
    }
    y += withGap(m_columnTitleHeight, kSmallGap);
    for (const Row& row : m_rows) y = drawRow(cairo, row, y);
    m_sharedBar.draw(cairo, m_gridLeft + std::floor((m_gridWidth - m_barWidth) / 2), y);
    y += withGap(m_sharedBar.height(), kBlockGap);
    m_facts.draw(cairo, kMargin, y);
}

}  // namespace vit
