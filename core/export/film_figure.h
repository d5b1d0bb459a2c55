// SPDX-License-Identifier: GPL-3.0-or-later
// A film's frames as figures: the picture with the map over it, when that was, and what the model said.
#pragma once

#include "core/figure/figure.h"
#include "core/runs/run_film.h"

#include <optional>
#include <string>
#include <vector>

namespace vit {

struct FilmLook {
    std::string run;               // its name
    std::optional<Image> picture;  // readProbeImage(); without it the maps stand alone
    ColourMap colours = ColourMap::Viridis;
    Shading shading = Shading::Patches;
    double opacity = 0.6;
};

// Of a KeptMap, as the configuration calls it; a run may come from a version that knows others.
std::string mapName(const std::string& method);

// The picture in a map's colours; without a picture each patch is a square. Of a map of colours.
Image colourPicture(const std::optional<Image>& picture, const KeptMap& map);

// "12", "12.50" within an epoch.
std::string timeText(const FilmFrame& frame);

// All frames have one scale of colours.
Figure frameFigure(const Film& film, const FilmFrame& frame, const FilmLook& look);

// At most `most` frames with maps on one page: the first, the last and some between. No panels if the film has no map.
Figure filmStrip(const Film& film, const FilmLook& look, std::size_t most);

}  // namespace vit
