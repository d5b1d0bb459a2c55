// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the table of columns.
#include "core/runs/run_columns.h"

#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/events/state_words.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

constexpr const char* kRun = "Run";
constexpr const char* kResults = "Results";

RunValue number(double value) { return std::isnan(value) ? RunValue() : RunValue(value); }
RunValue text(std::string value) { return value.empty() ? RunValue() : RunValue(std::move(value)); }

// "2026-03-01 14:07" of "2026-03-01T14:07:05+01:00", in the time of this computer; what is not understood as it is.
std::string readableTime(const std::string& time) {
    const auto understood = run_files::timeFrom(time);
    return understood ? run_files::timeText(*understood, "%Y-%m-%d %H:%M") : time;
}

RunValue settingOf(const Field& field, const RunSummary& run) {
    const Value value = field.get(run.config);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return double(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return text(toText(field, value));
}

RunColumn settingColumn(const Field& field) {
    const bool numeric = field.kind == FieldKind::Integer || field.kind == FieldKind::Real;
    return {field.key, field.group, field.label, field.help, numeric ? ColumnKind::Number : ColumnKind::Text,
            [&field](const RunSummary& run) { return settingOf(field, run); }};
}

ColumnKind kindOf(const Metric& metric) { return metric.share ? ColumnKind::Share : ColumnKind::Number; }

// Of every metric, "test_accuracy" and the like.
template <typename Find>
void addMetricColumns(std::vector<RunColumn>& columns, const std::string& key, const std::string& label,
                      const std::string& help, Find find) {
    for (const Metric& metric : kMetrics) {
        columns.push_back({key + "_" + metric.shortKey, kResults, label + " " + metric.name, help, kindOf(metric),
                           [find, value = metric.value](const RunSummary& run) {
                               const EpochMetrics* metrics = find(run);
                               return metrics ? number(metrics->*value) : RunValue();
                           }});
    }
}

std::vector<RunColumn> factColumns() {
    return {
        {"name", kRun, "Name", "What the run is called", ColumnKind::Text,
         [](const RunSummary& run) { return text(run.name); }},
        {"state", kRun, "State", "How the run ended, or that it is going on", ColumnKind::Text,
         [](const RunSummary& run) { return text(stateOf(run)); }},
        {"created", kRun, "Begun", "When the run was begun", ColumnKind::Text,
         [](const RunSummary& run) { return text(readableTime(run.created)); }},
        {"tags", kRun, "Tags", "The tags that you gave it", ColumnKind::Text,
         [](const RunSummary& run) { return text(tagsText(run.about.tags)); }},
        {"notes", kRun, "Notes", "The notes that you made on it", ColumnKind::Text,
         [](const RunSummary& run) { return text(run.about.notes); }},
        {"device", kRun, "Device", "What it was trained on", ColumnKind::Text,
         [](const RunSummary& run) { return text(run.device); }},
    };
}

std::vector<RunColumn> resultColumns() {
    std::vector<RunColumn> columns = {
        {"best_accuracy", kResults, "Best validation", "Validation accuracy after the best epoch",
         ColumnKind::Share,
         [](const RunSummary& run) { return run.bestEpoch > 0 ? number(run.bestValidationAccuracy) : RunValue(); }},
        {"best_epoch", kResults, "Best epoch", "The epoch whose weights are the best", ColumnKind::Number,
         [](const RunSummary& run) { return run.bestEpoch > 0 ? number(double(run.bestEpoch)) : RunValue(); }}};
    addMetricColumns(columns, "test", "Test", "On the test set, with the best weights", [](const RunSummary& run) {
        return run.result && run.result->tested ? &run.result->test : nullptr;
    });
    addMetricColumns(columns, "validation", "Last validation", "On the validation images, after the last epoch",
                     [](const RunSummary& run) { return run.last ? &run.last->validation : nullptr; });
    addMetricColumns(columns, "train", "Last training", "On the training images, over the last epoch",
                     [](const RunSummary& run) { return run.last ? &run.last->train : nullptr; });
    const std::vector<RunColumn> others = {
        {"test_precision", kResults, "Test precision", "The number format that the test was computed in",
         ColumnKind::Text,
         [](const RunSummary& run) { return run.result ? text(run.result->testPrecision) : RunValue(); }},
        {"epochs_done", kResults, "Epochs done", "Finished epochs", ColumnKind::Number,
         [](const RunSummary& run) { return number(double(run.epochsDone)); }},
        {"time", kResults, "Time", "Time of all its epochs", ColumnKind::Seconds,
         [](const RunSummary& run) { return run.seconds > 0 ? number(run.seconds) : RunValue(); }},
        {"images_per_second", kResults, "Images/s", "Training speed in the last epoch", ColumnKind::Number,
         [](const RunSummary& run) { return run.last ? number(std::round(run.last->imagesPerSecond)) : RunValue(); }},
        {"parameters", kResults, "Parameters", "Numbers that the model learns", ColumnKind::Number,
         [](const RunSummary& run) { return run.parameters > 0 ? number(double(run.parameters)) : RunValue(); }}};
    columns.insert(columns.end(), others.begin(), others.end());
    return columns;
}

}  // namespace

const std::vector<RunColumn>& runColumns() {
    static const std::vector<RunColumn> columns = [] {
        std::vector<RunColumn> all = factColumns();
        for (RunColumn& column : resultColumns()) all.push_back(std::move(column));
        for (const Field& field : schema()) all.push_back(settingColumn(field));
        return all;
    }();
    return columns;
}

const RunColumn* findRunColumn(std::string_view key) {
    const RunColumn* found = nullptr;
    for (const RunColumn& column : runColumns()) {
        if (column.key == key) return &column;
        if (!column.isSetting() || std::string_view(column.key).substr(column.key.find('.') + 1) != key) continue;
        if (found) return nullptr;  // "type" is the head's and the schedule's
        found = &column;
    }
    return found;
}

std::string cellText(const RunColumn& column, const RunSummary& run) {
    if (column.isSetting()) {
        const Field* field = findField(column.key);
        return toText(*field, field->get(run.config));
    }
    const RunValue value = column.get(run);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    const auto* number = std::get_if<double>(&value);
    if (!number) return {};
    switch (column.kind) {
        case ColumnKind::Share: return percentText(*number);
        case ColumnKind::Seconds: return durationText(*number);
        default: return std::floor(*number) == *number ? fixedText(*number, 0) : roundedText(*number, 4);
    }
}

bool isBefore(const RunValue& a, const RunValue& b) { return a < b; }

std::string stateOf(const RunSummary& run) {
    if (run.live) return kRunning;
    if (run.result) return wordsOf(run.result->reason).state;
    return run.importedFrom.empty() ? kUnfinished : kImported;
}

std::vector<const RunColumn*> differingColumns(const std::vector<const RunSummary*>& runs) {
    std::vector<const RunColumn*> differing;
    for (const bool settings : {true, false}) {
        for (const RunColumn& column : runColumns()) {
            if (column.isSetting() != settings) continue;
            const bool differs = std::any_of(runs.begin(), runs.end(), [&](const RunSummary* run) {
                return column.get(*run) != column.get(*runs.front());
            });
            if (differs) differing.push_back(&column);
        }
    }
    return differing;
}

}  // namespace vit
