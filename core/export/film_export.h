// SPDX-License-Identifier: GPL-3.0-or-later
// A film as a file: an animated picture that browsers play, or a video.
#pragma once

#include "core/base/progress.h"
#include "core/export/film_figure.h"

#include <filesystem>

namespace vit {

inline constexpr double kLeastFramesPerSecond = 0.1;
inline constexpr double kMostFramesPerSecond = 60;

// ".png", ".apng", ".mp4", ".avi".
const std::vector<std::string>& filmEndings();

// Throws InvalidInput if the name ends otherwise.
void checkFilmOutput(const std::filesystem::path& path);

// Whole or not at all. Throws InvalidInput as above, and if the film is too long for an animated picture; Error if it
// cannot be written, or OpenCV lacks the codec; Cancelled.
void writeFilm(const Film& film, const FilmLook& look, double framesPerSecond, const std::filesystem::path& path,
               const Progress& progress = {});

}  // namespace vit
