// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli film: what a run said of a pinned picture while it learned, as a file that plays.
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "app/cli/status_line.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/export/film_export.h"
#include "core/runs/run_probe.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct FilmOptions {
    std::string run;
    std::string picture = "1";
    std::string out;
    std::string colours = "viridis";
    double framesPerSecond = 5;
    double opacity = 0.6;
    bool smooth = false;
};

// By its place among the pinned pictures, from 1, or the name of its file.
const Film& filmNamed(const std::vector<Film>& all, const RunSummary& run, const std::string& text) {
    if (all.empty()) {
        throw InvalidInput("No picture was pinned while " + run.name +
                           " was trained: pin one with vit-cli train --probe PICTURE.");
    }
    std::size_t place = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), place);
    const bool isNumber = fault == std::errc() && end == text.data() + text.size();
    if (isNumber && place >= 1 && place <= all.size()) return all[place - 1];
    const auto named = std::find_if(all.begin(), all.end(), [&](const Film& film) { return film.image == text; });
    if (named != all.end()) return *named;
    std::string known;
    for (std::size_t i = 0; i < all.size(); ++i)
        known += (i > 0 ? ", " : "") + std::to_string(i + 1) + (all[i].image.empty() ? "" : " (" + all[i].image + ")");
    throw InvalidInput("The run has no pinned picture \"" + text + "\"; there are: " + known + ".");
}

void run(const FilmOptions& options) {
    checkFilmOutput(options.out);
    const RunSummary summary = findRun(options.run);
    const std::vector<Film> all = films(readCurves(summary.folder));
    const Film& film = filmNamed(all, summary, options.picture);
    const FilmLook look{.run = summary.name,
                        .picture = readProbeImage(summary.folder, film.image),
                        .colours = colourMapNamed(options.colours),
                        .shading = options.smooth ? Shading::Smooth : Shading::Patches,
                        .opacity = options.opacity};
    StatusLine line(stderr);
    writeFilm(film, look, options.framesPerSecond, options.out,
              [&](const std::string& what, std::int64_t done, std::int64_t total) {
                  line.status(what + " " + bar(static_cast<double>(done) / static_cast<double>(total), 16));
                  return true;
              });
    line.clear();
    const auto maps = std::count_if(film.frames.begin(), film.frames.end(),
                                    [](const FilmFrame& frame) { return frame.map.has_value(); });
    std::cout << options.out << ": " << groupedText(static_cast<std::int64_t>(film.frames.size())) << " frames, "
              << groupedText(maps) << " with a map\n";
}

std::string endings() {
    std::string text;
    for (const std::string& ending : filmEndings()) text += (text.empty() ? "" : ", ") + ending;
    return text;
}

}  // namespace

void addFilmCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "film", "Show how a run came to its answer about a pinned picture, epoch by epoch, as an animation or a video");
    auto options = std::make_shared<FilmOptions>();
    command->add_option("run", options->run, kRunHelp);
    command->add_option("--picture", options->picture, "Which pinned picture: its number, from 1, or probe-2.png")
        ->capture_default_str();
    command->add_option("--out", options->out, "The file to write: " + endings())->required();
    command->add_option("--fps", options->framesPerSecond, "Frames a second")
        ->check(CLI::Range(kLeastFramesPerSecond, kMostFramesPerSecond))
        ->capture_default_str();
    command->add_option("--colours", options->colours, "The colour map")->capture_default_str();
    command->add_option("--opacity", options->opacity, "Of the map over the picture")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_flag("--smooth", options->smooth, "Shade maps smoothly instead of patch by patch");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
