// SPDX-License-Identifier: GPL-3.0-or-later
// Panels and their words.
#include "core/export/film_figure.h"

#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/figure/patch_colours.h"

#include <algorithm>
#include <limits>

namespace vit {

namespace {

bool hasMap(const FilmFrame& frame) { return frame.map.has_value(); }

bool isSigned(const Film& film) { return mapRange(film).low < 0; }

// The frame's own, or the first of the film, which tells where patches are.
const KeptMap* mapLike(const Film& film, const FilmFrame& frame) {
    if (frame.map) return &*frame.map;
    const auto first = std::find_if(film.frames.begin(), film.frames.end(), hasMap);
    return first == film.frames.end() ? nullptr : &*first->map;
}

Image paintedPicture(const std::optional<Image>& picture, const KeptMap& map, bool known) {
    std::vector<std::optional<Rgb>> colours(map.levels.size() / 3);
    for (std::size_t patch = 0; known && patch < colours.size(); ++patch) {
        const std::uint8_t* levels = map.levels.data() + 3 * patch;
        colours[patch] = Rgb{levels[0], levels[1], levels[2]};
    }
    const int rows = static_cast<int>(map.rows), columns = static_cast<int>(map.columns);
    const Image blank{columns, rows, 3, std::vector<std::uint8_t>(map.levels.size())};
    return paintPatches(picture ? *picture : blank, rows, columns, colours, 1);
}

HeatMap heatMapLike(const Film& film, const KeptMap& map, bool known) {
    FloatArray values = asArray(map);
    if (!known) std::fill(values.values.begin(), values.values.end(), std::numeric_limits<float>::quiet_NaN());
    return heatMapOf(values, isSigned(film));
}

ColourScale scaleFor(const Film& film, const FilmLook& look) {
    const ValueRange range = mapRange(film);
    if (range.empty()) return {look.colours, range};
    return scaleOf(HeatMap{1, 2, {static_cast<float>(range.low), static_cast<float>(range.high)}, isSigned(film)},
                   look.colours);
}

// The answers from place `first` up to `end`, the most probable one being 0.
std::string answerText(const Prediction& prediction, std::size_t first, std::size_t end) {
    std::string text;
    for (std::size_t i = first; i < std::min(end, prediction.top.size()); ++i) {
        const ClassProbability& entry = prediction.top[i];
        text += (text.empty() ? "" : ", ") + entry.name + "\u00a0" + percentText(entry.probability);
    }
    return text;
}

// A frame that lacks what others have shows that nothing is known of its patches.
MapPanel panelOf(const Film& film, const FilmFrame& frame, const FilmLook& look) {
    MapPanel panel{.caption = "Epoch " + timeText(frame) + ": " + answerText(frame.prediction, 0, 1),
                   .picture = look.picture.value_or(Image{})};
    const KeptMap* map = mapLike(film, frame);
    if (map && map->isColours()) {
        panel.picture = paintedPicture(look.picture, *map, hasMap(frame));
    } else if (map) {
        panel.map = heatMapLike(film, *map, hasMap(frame));
        panel.scale = scaleFor(film, look);
        panel.quantity = mapName(map->method);
        panel.shading = look.shading;
        panel.opacity = look.opacity;
    }
    return panel;
}

}  // namespace

std::string mapName(const std::string& method) {
    for (const Choice& choice : findField("run.pinned_map")->choices)
        if (choice.value == method) return choice.label;
    return method;
}

Image colourPicture(const std::optional<Image>& picture, const KeptMap& map) {
    return paintedPicture(picture, map, true);
}

std::string timeText(const FilmFrame& frame) {
    return frame.time == static_cast<double>(frame.epoch) ? groupedText(frame.epoch) : fixedText(frame.time, 2);
}

Figure frameFigure(const Film& film, const FilmFrame& frame, const FilmLook& look) {
    Figure figure{.title = look.run, .panels = {panelOf(film, frame, look)}};
    figure.facts.push_back({"Step", groupedText(frame.step)});
    if (const KeptMap* map = mapLike(film, frame); map && map->isColours())
        figure.facts.push_back({"Map", mapName(map->method)});
    constexpr std::size_t kAnswers = 3;
    if (frame.prediction.top.size() > 1)
        figure.facts.push_back({"Less probable", answerText(frame.prediction, 1, kAnswers)});
    return figure;
}

Figure filmStrip(const Film& film, const FilmLook& look, std::size_t most) {
    std::vector<const FilmFrame*> mapped;
    for (const FilmFrame& frame : film.frames)
        if (hasMap(frame)) mapped.push_back(&frame);
    const std::size_t count = std::min(most, mapped.size());
    Figure figure{.columns = static_cast<int>(count)};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t place = count > 1 ? i * (mapped.size() - 1) / (count - 1) : 0;
        figure.panels.emplace_back(panelOf(film, *mapped[place], look));
    }
    return figure;
}

}  // namespace vit
