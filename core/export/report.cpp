// SPDX-License-Identifier: GPL-3.0-or-later
// The report's sections.
#include "core/export/report.h"

#include "core/base/error.h"
#include "core/base/markup.h"
#include "core/base/number_text.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/events/state_words.h"
#include "core/evaluation/evaluation_words.h"
#include "core/export/evaluation_report.h"
#include "core/export/html_page.h"
#include "core/export/probe_report.h"
#include "core/export/svg_plot.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"
#include "core/runs/run_evaluation.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

std::string resultRows(const RunSummary& run, const RunCurves& curves) {
    std::string rows =
        tableRow("State",
                 run.result ? wordsOf(run.result->reason).ending : "Not ended: it is going on, or was interrupted");
    if (run.result && !run.result->explanation.empty()) rows += tableRow("Why", run.result->explanation);
    rows += tableRow("Begun", run.created);
    rows += tableRow("Epochs", std::to_string(run.epochsDone) + " of " + std::to_string(run.config.run.epochs));
    const auto best = std::max_element(curves.epochs.begin(), curves.epochs.end(), [](const auto& a, const auto& b) {
        return a.validation.accuracy < b.validation.accuracy;
    });
    if (best != curves.epochs.end() && std::isfinite(best->validation.accuracy))
        rows += tableRow("Best validation, epoch " + std::to_string(best->epoch), metricsText(best->validation));
    if (!curves.epochs.empty()) rows += tableRow("Training, last epoch", metricsText(curves.epochs.back().train));
    if (run.result && run.result->tested) {
        const std::string& precision = run.result->testPrecision;
        rows += tableRow("Test, best weights",
                         metricsText(run.result->test) + (precision.empty() ? "" : ", computed in " + precision) +
                             (run.result->testViews.empty() ? "" : ", " + run.result->testViews));
    }
    if (run.result) rows += tableRow("Time", durationText(run.result->seconds));
    return "<table>" + rows + "</table>\n";
}

template <typename Read>
SvgCurve curve(const std::string& name, const std::string& style, const std::vector<EpochDone>& epochs, Read read) {
    SvgCurve result{name, style, {}};
    for (const EpochDone& epoch : epochs) result.points.emplace_back(static_cast<double>(epoch.epoch), read(epoch));
    return result;
}

std::string plotOf(const Metric& metric, const std::vector<EpochDone>& epochs) {
    const double factor = metric.share ? 100 : 1;
    const auto curveOf = [&](const char* name, const char* style, EpochMetrics EpochDone::*images) {
        return curve(name, style, epochs,
                     [&](const EpochDone& epoch) { return factor * (epoch.*images).*metric.value; });
    };
    return svgPlot({metric.label(),
                    "Epoch",
                    metric.share ? " %" : "",
                    {curveOf("Training", "train", &EpochDone::train),
                     curveOf("Validation", "validation", &EpochDone::validation)}});
}

std::string plots(const std::vector<EpochDone>& epochs) {
    std::string all;
    for (const Metric& metric : kMetrics) all += plotOf(metric, epochs);
    all += svgPlot({"Learning rate", "Epoch", "", {curve("Learning rate", "rate", epochs, [](const EpochDone& epoch) {
                        return epoch.learningRate;
                    })}});
    return "<div class=\"plots\">\n" + all + "</div>\n";
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

std::string titled(const std::string& title, const std::string& content) {
    return content.empty() ? "" : "<h3>" + title + "</h3>\n" + content;
}

// What is kept of evaluations in depth; empty for most runs.
std::string evaluations(const RunSummary& run) {
    std::string all;
    for (const KeptEvaluation& evaluation : readEvaluations(run.folder)) {
        const EvaluationSummary& summary = evaluation.summary;
        std::string rows;
        for (const EvaluationFigure& figure : figuresOf(summary))
            rows += tableRow(figure.label, figure.value, figure.help);
        all += "<p>" + escaped(groupedText(summary.images) + " " + subjectText(summary.subject)) + ".</p>\n<table>" +
               rows + "</table>\n" + titled("Calibration", calibrationReport(summary)) +
               titled("Most confused", pairsReport(evaluation)) +
               titled("Confusion matrix", confusionReport(evaluation));
    }
    return all;
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
        rows += tableRow(capitalized(heading), jsonCell(value));
    }
    return "<table>" + rows + "</table>\n";
}

}  // namespace

std::string htmlReport(const RunSummary& run, const RunCurves& curves) {
    const std::string probe = probeReport(run, curves);  // most runs have no pinned picture
    const std::string measured = evaluations(run);
    return htmlPage(run.name, section("Results", resultRows(run, curves)) +
                                  (measured.empty() ? "" : section("Evaluation", measured)) +
                                  section("Curves", plots(curves.epochs)) +
                                  (probe.empty() ? "" : section("Pinned pictures", probe)) +
                                  section("Settings", settings(run.config)) +
                                  section("Environment", environment(run)));
}

}  // namespace vit
