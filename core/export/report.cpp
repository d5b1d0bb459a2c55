// SPDX-License-Identifier: GPL-3.0-or-later
// The report's sections.
#include "core/export/report.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/export/probe_report.h"
#include "core/export/report_style.h"
#include "core/export/report_text.h"
#include "core/export/svg_plot.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace vit {

namespace {

std::string duration(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    char text[64];
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld h", static_cast<long long>(whole / 3600),
                  static_cast<long long>(whole / 60 % 60), static_cast<long long>(whole % 60));
    return text;
}

std::string row(const std::string& heading, const std::string& value) {
    return "<tr><th>" + escaped(heading) + "</th><td>" + escaped(value) + "</td></tr>\n";
}

std::string section(const std::string& title, const std::string& content) {
    return "<section>\n<h2>" + escaped(title) + "</h2>\n" + content + "</section>\n";
}

std::string stateText(const RunSummary& run) {
    if (!run.result) return "not ended: it is going on, or was interrupted";
    return run.result->reason == StopReason::Completed ? "completed" : "stopped";
}

std::string resultRows(const RunSummary& run, const RunCurves& curves) {
    std::string rows = row("State", stateText(run)) + row("Begun", run.created) +
                       row("Epochs", std::to_string(run.epochsDone) + " of " + std::to_string(run.config.run.epochs));
    const auto best = std::max_element(curves.epochs.begin(), curves.epochs.end(), [](const auto& a, const auto& b) {
        return a.validation.accuracy < b.validation.accuracy;
    });
    if (best != curves.epochs.end() && std::isfinite(best->validation.accuracy)) {
        rows += row("Best validation accuracy",
                    percent(best->validation.accuracy) + " in epoch " + std::to_string(best->epoch) + " (top-5 " +
                        percent(best->validation.top5Accuracy) + ", loss " + fixed(best->validation.loss, 4) + ")");
    }
    if (!curves.epochs.empty()) {
        const EpochMetrics& last = curves.epochs.back().train;
        rows += row("Training, last epoch", percent(last.accuracy) + " (top-5 " + percent(last.top5Accuracy) +
                                                ", loss " + fixed(last.loss, 4) + ")");
    }
    if (run.result && run.result->tested) {
        const EpochMetrics& test = run.result->test;
        rows += row("Test, best weights", percent(test.accuracy) + " (top-5 " + percent(test.top5Accuracy) + ", loss " +
                                              fixed(test.loss, 4) + ")");
    }
    if (run.result) rows += row("Time", duration(run.result->seconds));
    return "<table>" + rows + "</table>\n";
}

template <typename Read>
SvgCurve curve(const std::string& name, const std::string& style, const std::vector<EpochDone>& epochs, Read read) {
    SvgCurve result{name, style, {}};
    for (const EpochDone& epoch : epochs) result.points.emplace_back(static_cast<double>(epoch.epoch), read(epoch));
    return result;
}

std::string plots(const std::vector<EpochDone>& epochs) {
    const auto pair = [&](const std::string& title, const std::string& unit, double EpochMetrics::*member,
                          double factor) {
        return svgPlot({title,
                        "Epoch",
                        unit,
                        {curve("Training", "train", epochs, [=](const auto& e) { return factor * (e.train.*member); }),
                         curve("Validation", "validation", epochs,
                               [=](const auto& e) { return factor * (e.validation.*member); })}});
    };
    return "<div class=\"plots\">\n" + pair("Loss", "", &EpochMetrics::loss, 1) +
           pair("Accuracy", " %", &EpochMetrics::accuracy, 100) +
           pair("Top-5 accuracy", " %", &EpochMetrics::top5Accuracy, 100) +
           svgPlot({"Learning rate",
                    "Epoch",
                    "",
                    {curve("Learning rate", "rate", epochs, [](const auto& e) { return e.learningRate; })}}) +
           "</div>\n";
}

std::string textOf(const Field& field, const Config& config) {
    return toText(field, field.get(config));
}

std::ptrdiff_t differences(const Config& a, const Config& b) {
    return std::count_if(schema().begin(), schema().end(),
                         [&](const Field& field) { return field.get(a) != field.get(b); });
}

// The preset that the run was most probably made from.
const Preset& nearestPreset(const Config& config) {
    return *std::min_element(presets().begin(), presets().end(), [&](const Preset& a, const Preset& b) {
        return differences(config, a.config) < differences(config, b.config);
    });
}

std::string settings(const Config& config) {
    const Preset& preset = nearestPreset(config);
    std::string rows = "<tr><th>Hyperparameter</th><th>Value</th><th>" + escaped(preset.title) + "</th></tr>\n";
    std::string group;
    for (const Field& field : schema()) {
        if (field.group != group)
            rows += "<tr class=\"group\"><th colspan=\"3\">" + escaped(field.group) + "</th></tr>\n";
        group = field.group;
        const bool differs = field.get(config) != field.get(preset.config);
        const std::string unit = field.unit.empty() ? "" : " " + field.unit;
        rows += (differs ? "<tr class=\"differs\">" : "<tr>") + ("<th title=\"" + escaped(field.key)) + "\">" +
                escaped(field.label) + "</th><td>" + escaped(textOf(field, config) + unit) + "</td><td>" +
                escaped(differs ? textOf(field, preset.config) + unit : "") + "</td></tr>\n";
    }
    const std::ptrdiff_t count = differences(config, preset.config);
    const std::string sentence = count == 0 ? "As the preset " + preset.title + "."
                                            : std::to_string(count) + (count == 1 ? " differs" : " differ") +
                                                  " from the nearest preset, " + preset.title +
                                                  "; its values stand in the last column.";
    return "<p>" + escaped(sentence) + "</p>\n<table class=\"settings\">" + rows + "</table>\n";
}

std::string jsonCell(const nlohmann::ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer()) return groupedText(value.get<std::int64_t>());
    if (value.is_number()) return numberText(value.get<double>());
    if (!value.is_array()) return value.dump();
    std::string list;
    for (const auto& entry : value) list += (list.empty() ? "" : ", ") + jsonCell(entry);
    return list;
}

std::string environment(const RunSummary& run) {
    const std::filesystem::path path = run.folder / run_files::kEnvironment;
    if (!run_files::isThere(path)) return "<p>It was not recorded.</p>\n";
    const nlohmann::ordered_json recorded = parseStrictJson(readTextFile(path));
    std::string rows;
    for (const auto& [key, value] : recorded.items()) {
        std::string heading = key;
        std::replace(heading.begin(), heading.end(), '_', ' ');
        heading[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(heading[0])));
        rows += row(heading, jsonCell(value));
    }
    return "<table>" + rows + "</table>\n";
}

}  // namespace

std::string htmlReport(const RunSummary& run, const RunCurves& curves) {
    const std::string probe = probeReport(run.folder, curves.probes);  // most runs have no pinned picture
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           escaped(run.name) + "</title>\n<style>" + kReportStyle + "</style>\n</head>\n<body>\n<h1>" +
           escaped(run.name) + "</h1>\n" + section("Results", resultRows(run, curves)) +
           section("Curves", plots(curves.epochs)) +
           (probe.empty() ? "" : section("Pinned picture", probe)) + section("Settings", settings(run.config)) +
           section("Environment", environment(run)) +
           "<footer>ViT Workbench " VIT_VERSION "</footer>\n</body>\n</html>\n";
}

}  // namespace vit
