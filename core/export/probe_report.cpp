// SPDX-License-Identifier: GPL-3.0-or-later
// Picture, bars, curve and maps.
#include "core/export/probe_report.h"

#include "core/base/markup.h"
#include "core/base/number_text.h"
#include "core/export/film_figure.h"
#include "core/export/html_page.h"
#include "core/export/svg_plot.h"
#include "core/io/base64.h"
#include "core/runs/run_film.h"
#include "core/runs/run_probe.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit {

namespace {

std::string pictureOf(const std::filesystem::path& folder, const std::string& name) {
    const auto picture = readProbePicture(folder, name);
    if (!picture) return "<p class=\"note\">The picture itself was not kept.</p>\n";
    return "<img alt=\"The pinned picture\" width=\"" + std::to_string(picture->width) + "\" height=\"" +
           std::to_string(picture->height) + "\" src=\"data:image/png;base64," + base64(picture->png) + "\">\n";
}

std::string bars(const Prediction& last) {
    std::string rows;
    for (const ClassProbability& entry : last.top) {
        rows += "<tr><th>" + escaped(entry.name) +
                "</th><td class=\"bar\"><div style=\"width:" + fixedText(100 * entry.probability, 2) +
                "%\"></div></td><td>" + percentText(entry.probability) + "</td></tr>\n";
    }
    return "<table class=\"bars\"><caption>After epoch " + std::to_string(last.epoch) + "</caption>\n" + rows +
           "</table>\n";
}

// Not a number where the class was not among the most probable ones, which alone are kept.
double probabilityOf(const ClassProbability& sought, const Prediction& prediction) {
    const auto found = std::find_if(prediction.top.begin(), prediction.top.end(),
                                    [&](const ClassProbability& entry) { return entry.index == sought.index; });
    return found == prediction.top.end() ? std::numeric_limits<double>::quiet_NaN() : found->probability;
}

std::string curveOf(const Film& film) {
    const ClassProbability& first = film.frames.back().prediction.top.front();
    SvgCurve curve{first.name, "train", {}};
    std::size_t missing = 0;
    for (const FilmFrame& frame : film.frames) {
        const double probability = probabilityOf(first, frame.prediction);
        if (std::isnan(probability)) ++missing;
        curve.points.emplace_back(frame.time, 100 * probability);
    }
    std::string note;
    if (missing > 0) {
        note = "<p class=\"note\">In " + std::to_string(missing) + (missing == 1 ? " answer" : " answers") +
               " it was not among the most probable classes: there the curve has a gap.</p>\n";
    }
    return svgPlot({"Probability of " + first.name, "Epoch", " %", {curve}}) + note;
}

// Some of its maps side by side; empty without any.
std::string mapsOf(const RunSummary& run, const Film& film) {
    constexpr std::size_t kMost = 6;
    const Figure strip = filmStrip(film, {.run = run.name, .picture = readProbeImage(run.folder, film.image)}, kMost);
    if (strip.panels.empty()) return {};
    const std::vector<std::byte> png = encodeFigure(strip, FigureFormat::Png);
    return "<img class=\"maps\" alt=\"Maps of the picture over the epochs\" src=\"data:image/png;base64," +
           base64({reinterpret_cast<const char*>(png.data()), png.size()}) + "\">\n";
}

}  // namespace

std::string probeReport(const RunSummary& run, const RunCurves& curves) {
    std::string html;
    for (const Film& film : films(curves)) {
        const Prediction& last = film.frames.back().prediction;
        if (last.top.empty()) continue;
        html += "<div class=\"probe\">\n<div>" + pictureOf(run.folder, film.image) + "</div>\n" + bars(last) +
                "<div class=\"plots\">" + curveOf(film) + "</div>\n</div>\n" + mapsOf(run, film);
    }
    return html;
}

}  // namespace vit
