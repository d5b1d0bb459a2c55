// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of each table.
#include "core/export/csv_export.h"

#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/io/csv.h"

#include <cmath>

namespace vit {

namespace {

using Row = std::vector<std::string>;

std::string number(double value) {
    return std::isfinite(value) ? numberText(value) : std::string();
}

void addMetrics(Row& row, const EpochMetrics& metrics) {
    for (const double value : {metrics.loss, metrics.accuracy, metrics.top5Accuracy}) row.push_back(number(value));
}

Row resultCells(const RunSummary& run, const RunCurves& curves) {
    Row row = {std::to_string(run.epochsDone)};
    if (curves.epochs.empty()) {
        row.insert(row.end(), 6, "");
    } else {
        addMetrics(row, curves.epochs.back().train);
        addMetrics(row, curves.epochs.back().validation);
    }
    if (!run.result) {
        row.insert(row.end(), 6, "");
        row[row.size() - 5] = run.epochsDone > 0 ? number(run.bestValidationAccuracy) : "";
        return row;
    }
    row.push_back(run.result->bestEpoch > 0 ? std::to_string(run.result->bestEpoch) : "");
    row.push_back(run.result->bestEpoch > 0 ? number(run.result->bestValidationAccuracy) : "");
    if (run.result->tested)
        addMetrics(row, run.result->test);
    else
        row.insert(row.end(), 3, "");
    row.push_back(number(run.result->seconds));
    return row;
}

std::string stateText(const RunSummary& run) {
    if (!run.result) return "unfinished";
    return run.result->reason == StopReason::Completed ? "completed" : "stopped";
}

}  // namespace

std::string epochTable(const RunSummary& run, const RunCurves& curves) {
    std::string table = csvRow({"run", "epoch", "step", "train_loss", "train_accuracy", "train_top5_accuracy",
                                "validation_loss", "validation_accuracy", "validation_top5_accuracy", "learning_rate",
                                "images_per_second", "seconds", "best"});
    for (const EpochDone& epoch : curves.epochs) {
        Row row = {run.name, std::to_string(epoch.epoch), std::to_string(epoch.step)};
        addMetrics(row, epoch.train);
        addMetrics(row, epoch.validation);
        for (const double value : {epoch.learningRate, epoch.imagesPerSecond, epoch.seconds})
            row.push_back(number(value));
        row.push_back(epoch.best ? "true" : "false");
        table += csvRow(row);
    }
    return table;
}

std::string stepTable(const RunSummary& run, const RunCurves& curves) {
    std::string table = csvRow({"run", "step", "epoch", "loss", "accuracy", "top5_accuracy", "learning_rate",
                                "images_per_second", "elapsed_seconds", "memory_bytes"});
    for (const StepDone& step : curves.steps) {
        Row row = {run.name, std::to_string(step.step), std::to_string(step.epoch)};
        for (const double value : {step.loss, step.accuracy, step.top5Accuracy, step.learningRate, step.imagesPerSecond,
                                   step.elapsedSeconds, step.memoryBytes}) {
            row.push_back(number(value));
        }
        table += csvRow(row);
    }
    return table;
}

std::string runTable(const std::vector<RunSummary>& runs) {
    Row heading = {"run",
                   "created",
                   "state",
                   "epochs_done",
                   "train_loss",
                   "train_accuracy",
                   "train_top5_accuracy",
                   "validation_loss",
                   "validation_accuracy",
                   "validation_top5_accuracy",
                   "best_epoch",
                   "best_validation_accuracy",
                   "test_loss",
                   "test_accuracy",
                   "test_top5_accuracy",
                   "seconds"};
    for (const Field& field : schema()) heading.push_back(field.key);
    std::string table = csvRow(heading);
    for (const RunSummary& run : runs) {
        Row row = {run.name, run.created, stateText(run)};
        const Row results = resultCells(run, readCurves(run.folder));
        row.insert(row.end(), results.begin(), results.end());
        for (const Field& field : schema()) row.push_back(toText(field, field.get(run.config)));
        table += csvRow(row);
    }
    return table;
}

}  // namespace vit
