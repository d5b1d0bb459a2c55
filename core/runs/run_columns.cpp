// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the table of columns.
#include "core/runs/run_columns.h"

#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

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

RunColumn testColumn(const char* key, const char* label, ColumnKind kind, double EpochMetrics::*metric) {
    return {key, kResults, label, "On the test set, with the best weights", kind, [metric](const RunSummary& run) {
                return run.result && run.result->tested ? number(run.result->test.*metric) : RunValue();
            }};
}

RunColumn lastColumn(const char* key, const char* label, const char* help, ColumnKind kind,
                     EpochMetrics EpochDone::*images, double EpochMetrics::*metric) {
    return {key, kResults, label, help, kind, [images, metric](const RunSummary& run) {
                return run.last ? number((*run.last).*images.*metric) : RunValue();
            }};
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
    using M = EpochMetrics;
    using E = EpochDone;
    return {
        {"best_accuracy", kResults, "Best validation", "Best validation accuracy after any epoch", ColumnKind::Share,
         [](const RunSummary& run) { return run.bestEpoch > 0 ? number(run.bestValidationAccuracy) : RunValue(); }},
        {"best_epoch", kResults, "Best epoch", "The epoch of the best validation accuracy", ColumnKind::Number,
         [](const RunSummary& run) { return run.bestEpoch > 0 ? number(double(run.bestEpoch)) : RunValue(); }},
        testColumn("test_accuracy", "Test accuracy", ColumnKind::Share, &M::accuracy),
        testColumn("test_top5", "Test top-5", ColumnKind::Share, &M::top5Accuracy),
        testColumn("test_loss", "Test loss", ColumnKind::Number, &M::loss),
        lastColumn("validation_accuracy", "Last validation", "Validation accuracy after the last epoch",
                   ColumnKind::Share, &E::validation, &M::accuracy),
        lastColumn("validation_top5", "Last validation top-5", "Validation top-5 accuracy after the last epoch",
                   ColumnKind::Share, &E::validation, &M::top5Accuracy),
        lastColumn("validation_loss", "Last validation loss", "Validation loss after the last epoch",
                   ColumnKind::Number, &E::validation, &M::loss),
        lastColumn("train_accuracy", "Last training", "Training accuracy over the last epoch", ColumnKind::Share,
                   &E::train, &M::accuracy),
        lastColumn("train_loss", "Last training loss", "Training loss over the last epoch", ColumnKind::Number,
                   &E::train, &M::loss),
        {"epochs_done", kResults, "Epochs done", "Finished epochs", ColumnKind::Number,
         [](const RunSummary& run) { return number(double(run.epochsDone)); }},
        {"time", kResults, "Time", "Time of all its epochs", ColumnKind::Seconds,
         [](const RunSummary& run) { return run.seconds > 0 ? number(run.seconds) : RunValue(); }},
        {"images_per_second", kResults, "Images/s", "Training speed in the last epoch", ColumnKind::Number,
         [](const RunSummary& run) { return run.last ? number(std::round(run.last->imagesPerSecond)) : RunValue(); }},
        {"parameters", kResults, "Parameters", "Numbers that the model learns", ColumnKind::Number,
         [](const RunSummary& run) { return run.parameters > 0 ? number(double(run.parameters)) : RunValue(); }},
    };
}

std::string format(const char* pattern, auto... values) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), pattern, values...);
    return {text.data(), static_cast<std::size_t>(std::max(0, length))};
}

std::string secondsText(double seconds) {
    const auto all = std::llround(seconds);
    if (all < 60) return format("%.1f s", seconds);
    if (all < 3600) return format("%lld min %02lld s", all / 60, all % 60);
    return format("%lld h %02lld min", all / 3600, all / 60 % 60);
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
        case ColumnKind::Share: return format("%.2f %%", *number * 100);
        case ColumnKind::Seconds: return secondsText(*number);
        default: return std::floor(*number) == *number ? format("%.0f", *number) : format("%.4g", *number);
    }
}

bool isBefore(const RunValue& a, const RunValue& b) { return a < b; }

std::string stateOf(const RunSummary& run) {
    if (run.live) return "running";
    if (!run.result) return run.importedFrom.empty() ? "unfinished" : "imported";
    switch (run.result->reason) {
        case StopReason::Completed: return "finished";
        case StopReason::Stopped: return "stopped";
        case StopReason::EarlyStopped: return "stopped early";
        case StopReason::Diverged: return "diverged";
        case StopReason::Failed: return "failed";
    }
    return "unfinished";
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
