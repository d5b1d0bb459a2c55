// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of each table.
#include "core/export/csv_export.h"

#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/events/state_words.h"
#include "core/io/csv.h"

#include <cmath>

namespace vit {

namespace {

using Row = std::vector<std::string>;

std::string number(double value) {
    return std::isfinite(value) ? numberText(value) : std::string();
}

void addCells(Row& row, const Row& cells) { row.insert(row.end(), cells.begin(), cells.end()); }

// "train_loss", …
Row metricColumns(const std::string& prefix) {
    Row columns;
    for (const Metric& metric : kMetrics) columns.push_back(prefix + metric.key);
    return columns;
}

Row metricCells(const EpochMetrics& metrics) {
    Row cells;
    for (const Metric& metric : kMetrics) cells.push_back(number(metrics.*metric.value));
    return cells;
}

Row metricCells(const EpochMetrics* metrics) { return metrics ? metricCells(*metrics) : Row(kMetrics.size()); }

Row resultCells(const RunSummary& run) {
    Row row = {std::to_string(run.epochsDone)};
    addCells(row, metricCells(run.last ? &run.last->train : nullptr));
    addCells(row, metricCells(run.last ? &run.last->validation : nullptr));
    const std::int64_t bestEpoch = run.result ? run.result->bestEpoch : run.bestEpoch;
    const double bestAccuracy = run.result ? run.result->bestValidationAccuracy : run.bestValidationAccuracy;
    row.push_back(bestEpoch > 0 ? std::to_string(bestEpoch) : "");
    row.push_back(bestEpoch > 0 ? number(bestAccuracy) : "");
    addCells(row, metricCells(run.result && run.result->tested ? &run.result->test : nullptr));
    row.push_back(run.result ? number(run.result->seconds) : "");
    return row;
}

}  // namespace

std::string epochTable(const RunSummary& run, const RunCurves& curves) {
    Row heading = {"run", "epoch", "step"};
    for (const char* images : {"train_", "validation_"}) addCells(heading, metricColumns(images));
    addCells(heading, {"learning_rate", "images_per_second", "seconds", "best"});
    std::string table = csvRow(heading);
    for (const EpochDone& epoch : curves.epochs) {
        Row row = {run.name, std::to_string(epoch.epoch), std::to_string(epoch.step)};
        addCells(row, metricCells(epoch.train));
        addCells(row, metricCells(epoch.validation));
        for (const double value : {epoch.learningRate, epoch.imagesPerSecond, epoch.seconds})
            row.push_back(number(value));
        row.push_back(epoch.best ? "true" : "false");
        table += csvRow(row);
    }
    return table;
}

std::string stepTable(const RunSummary& run, const RunCurves& curves) {
    Row heading = {"run", "step", "epoch"};
    addCells(heading, metricColumns(""));
    addCells(heading, {"learning_rate", "images_per_second", "elapsed_seconds", "memory_bytes"});
    std::string table = csvRow(heading);
    for (const StepDone& step : curves.steps) {
        Row row = {run.name, std::to_string(step.step), std::to_string(step.epoch)};
        addCells(row, metricCells(step));
        for (const double value : {step.learningRate, step.imagesPerSecond, step.elapsedSeconds, step.memoryBytes})
            row.push_back(number(value));
        table += csvRow(row);
    }
    return table;
}

std::string layerTable(const RunSummary& run, const RunCurves& curves) {
    Row heading = {"run", "step", "epoch", "layer"};
    for (const LayerStatistic& statistic : kLayerStatistics) heading.push_back(statistic.key);
    std::string table = csvRow(heading);
    for (const LayersMeasured& measured : curves.layers) {
        for (std::size_t i = 0; i < measured.layers.size(); ++i) {
            Row row = {run.name, std::to_string(measured.step), std::to_string(measured.epoch),
                       layerName(i, measured.layers.size())};
            for (const LayerStatistic& statistic : kLayerStatistics)
                row.push_back(number(measured.layers[i].*statistic.value));
            table += csvRow(row);
        }
    }
    return table;
}

std::string runTable(const std::vector<RunSummary>& runs) {
    Row heading = {"run", "created", "state", "epochs_done"};
    for (const char* images : {"train_", "validation_"}) addCells(heading, metricColumns(images));
    addCells(heading, {"best_epoch", "best_validation_accuracy"});
    addCells(heading, metricColumns("test_"));
    heading.push_back("seconds");
    for (const Field& field : schema()) heading.push_back(field.key);
    std::string table = csvRow(heading);
    for (const RunSummary& run : runs) {
        Row row = {run.name, run.created, run.result ? wordsOf(run.result->reason).key : kUnfinished};
        addCells(row, resultCells(run));
        for (const Field& field : schema()) row.push_back(toText(field, field.get(run.config)));
        table += csvRow(row);
    }
    return table;
}

}  // namespace vit
