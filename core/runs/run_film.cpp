// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts what was said by picture.
#include "core/runs/run_film.h"

#include "core/runs/held_colours.h"

#include <algorithm>

namespace vit {

namespace {

std::int64_t stepsPerEpoch(const RunCurves& curves) {
    if (!curves.steps.empty()) return curves.steps.front().stepsPerEpoch;
    if (curves.epochs.empty()) return 0;
    const EpochDone& first = curves.epochs.front();
    return first.step / std::max<std::int64_t>(1, first.epoch);
}

double timeOf(const Prediction& prediction, std::int64_t stepsPerEpoch) {
    const auto epochs = static_cast<double>(prediction.epoch);
    const std::int64_t since = prediction.step - prediction.epoch * stepsPerEpoch;
    return since > 0 && stepsPerEpoch > 0 ? epochs + static_cast<double>(since) / static_cast<double>(stepsPerEpoch)
                                          : epochs;
}

std::optional<KeptMap> heldMap(const std::optional<KeptMap>& map, const std::vector<FilmFrame>& earlier) {
    const auto before = std::find_if(earlier.rbegin(), earlier.rend(),
                                     [](const FilmFrame& frame) { return frame.map && frame.map->isColours(); });
    return map && before != earlier.rend() ? heldLike(*map, *before->map) : map;
}

bool endsEpoch(const FilmFrame& frame) { return frame.time == static_cast<double>(frame.epoch); }

}  // namespace

std::vector<Film> films(const RunCurves& curves) {
    std::vector<Film> all;
    for (const ProbePredicted& probe : curves.probes) addFrame(all, probe, stepsPerEpoch(curves));
    return all;
}

void addFrame(std::vector<Film>& films, const ProbePredicted& probe, std::int64_t stepsPerEpoch) {
    const auto isOf = [&](const Film& known) { return known.image == probe.image; };
    auto film = std::find_if(films.begin(), films.end(), isOf);
    if (film == films.end()) film = films.insert(film, {probe.image, {}});
    const Prediction& said = probe.prediction;
    film->frames.push_back(
        {said.epoch, said.step, timeOf(said, stepsPerEpoch), said, heldMap(probe.map, film->frames)});
}

const FilmFrame* frameAt(const Film& film, std::int64_t epoch) {
    const auto later = std::find_if(film.frames.begin(), film.frames.end(), [&](const FilmFrame& frame) {
        return frame.time > static_cast<double>(epoch);
    });
    return later == film.frames.begin() ? nullptr : &*std::prev(later);
}

ValueRange mapRange(const Film& film) {
    ValueRange range;
    for (const FilmFrame& frame : film.frames) {
        if (!frame.map || frame.map->isColours()) continue;
        range.include(frame.map->low);
        range.include(frame.map->high);
    }
    return range;
}

std::optional<std::int64_t> firstDisagreement(const Film& a, const Film& b) {
    for (const FilmFrame& frame : a.frames) {
        const FilmFrame* other = frameAt(b, frame.epoch);
        const bool both = endsEpoch(frame) && other && endsEpoch(*other) && other->epoch == frame.epoch;
        if (!both || frame.prediction.top.empty() || other->prediction.top.empty()) continue;
        if (frame.prediction.top.front().name != other->prediction.top.front().name) return frame.epoch;
    }
    return std::nullopt;
}

}  // namespace vit
