// SPDX-License-Identifier: GPL-3.0-or-later
// What was said of a pinned picture while the model learned, as a film: answers and maps over epochs and steps.
#pragma once

#include "core/base/value_range.h"
#include "core/events/event.h"
#include "core/runs/run_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vit {

struct FilmFrame {
    std::int64_t epoch = 0;  // finished epochs of training
    std::int64_t step = 0;
    double time = 0;  // in epochs: 2 at the end of the second one, 2.5 in the middle of the third
    Prediction prediction;
    std::optional<KeptMap> map;  // colours are turned to lie near those of the frame before (held_colours.h)
};

struct Film {
    std::string image;              // its file in the run's folder, as in ProbePredicted
    std::vector<FilmFrame> frames;  // at least one, in the order of their steps
};

// A film for each picture, in the order in which they were pinned.
std::vector<Film> films(const RunCurves& curves);
// Goes on with them while the run does. `stepsPerEpoch` as in RunStarted.
void addFrame(std::vector<Film>& films, const ProbePredicted& probe, std::int64_t stepsPerEpoch);

// The last frame of that epoch's end or before; null if there is none.
const FilmFrame* frameAt(const Film& film, std::int64_t epoch);

// The scale that holds for all its maps of numbers; empty without any.
ValueRange mapRange(const Film& film);

// The first epoch at whose end two films of the same picture name different classes first; none if they never do, of
// the epochs that both have.
std::optional<std::int64_t> firstDisagreement(const Film& a, const Film& b);

}  // namespace vit
