// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures, maps over them and plots on one page, as a file that is fit to print.
#pragma once

#include "core/data/images/image.h"
#include "core/figure/heat_map.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vit {

// All text is UTF-8; other bytes appear as \xE9.

// A picture, a map over it, or a map alone; with neither it says that there is nothing to show.
struct MapPanel {
    std::string caption;
    Image picture;  // at any size; the map covers all of it
    HeatMap map;
    ColourScale scale;     // maps of one scale and quantity share one bar of colours, others have one each
    std::string quantity;  // what the numbers are and their unit, at the bar: "share of the attention"
    Shading shading = Shading::Patches;
    double opacity = 0.6;  // of the map over the picture, 0 … 1; alone it is opaque
};

struct PlotSeries {
    std::string name;                               // in the legend, which is there for two or more
    std::vector<std::pair<double, double>> points;  // x, y; a gap where one is not finite
};

struct PlotPanel {
    std::string caption;
    std::string xTitle;
    std::string yTitle;
    std::vector<PlotSeries> series;
    bool joined = true;   // lines between the points
    bool wholeX = false;  // x counts something: no ticks between the numbers
};

using Panel = std::variant<MapPanel, PlotPanel>;

struct Fact {
    std::string name;
    std::string value;
    std::optional<Rgb> colour = {};  // what it explains is drawn in
};

struct Figure {
    std::string title;
    std::vector<Panel> panels;              // row by row
    int columns = 0;                        // panels in a row; 0: as suits their number
    std::vector<std::string> rowTitles;     // beside the rows; as many as there are, or none
    std::vector<std::string> columnTitles;  // above the columns
    std::vector<Fact> facts;                // below: run, epoch, method, class, what the map is worth
};

enum class FigureFormat { Png, Svg, Pdf };

// Up to 180 mm wide, more where a row has more than 17 panels; PNG has 300 dots an inch. The same figure gives the same
// bytes on the same computer. Throws Error when a side would be more than 2.7 m, or the memory does not suffice.
std::vector<std::byte> encodeFigure(const Figure& figure, FigureFormat format);

struct PageSize {
    int width = 0;  // dots, which are a PNG's pixels
    int height = 0;
};

PageSize sizeOf(const Figure& figure);
// As PNG on a larger page: the pictures of a film are of one size. Nothing is cut off.
std::vector<std::byte> encodeFrame(const Figure& figure, const PageSize& page);

// In the format of the name's ending, see figureEndings(); whole or not at all. Throws InvalidInput for other endings,
// Error with the path and the cause when it cannot be written.
void writeFigure(const Figure& figure, const std::filesystem::path& path);

// ".png", ".svg", ".pdf".
const std::vector<std::string>& figureEndings();

}  // namespace vit
