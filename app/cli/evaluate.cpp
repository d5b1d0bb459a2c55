// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli evaluate: how well a trained run does on a part of its data set.
#include "app/cli/commands.h"
#include "app/cli/device_option.h"
#include "app/cli/run_argument.h"
#include "app/cli/split_option.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/data/adapted_dataset.h"
#include "core/data/store/data_store.h"
#include "core/evaluation/evaluation_words.h"
#include "core/export/evaluation_files.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/view_answers.h"
#include "core/runs/run_evaluation.h"
#include "core/session/elsewhere.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct EvaluateOptions {
    std::string run;
    std::string data;  // the data set's name; empty: the run's own
    Split split = Split::Test;
    std::optional<DeviceChoice> device;
    std::string report;  // the folder; empty: none is wanted
    bool force = false;
    bool json = false;
};

using Rows = std::vector<std::vector<std::string>>;

// As LoadedModel::viewsOf() has it.
std::string viewsOf(const RunSummary& run, const EvaluateOptions& options) {
    return options.split == Split::Test ? viewsText(run.config.run.testViews) : std::string();
}

void printJson(const RunSummary& run, const EvaluateOptions& options, const DeviceSelection& here,
               const EvaluationResult& result) {
    nlohmann::ordered_json line = {{"run", run.name},
                                   {"data", options.data},
                                   {"split", splitName(options.split)},
                                   {"images", result.images}};
    for (const Metric& metric : kMetrics) line[metric.key] = result.metrics.*metric.value;
    line["seconds"] = result.seconds;
    line["device"] = here.deviceText;
    line["precision"] = precisionName(here.precision);
    if (const std::string views = viewsOf(run, options); !views.empty()) line["views"] = views;
    if (!options.report.empty()) line["report"] = options.report;
    std::cout << jsonText(line) << '\n';
}

void printText(const RunSummary& run, const EvaluateOptions& options, const DeviceSelection& here,
               const EvaluationResult& result, const Rows& figures) {
    Rows rows = {{"Run", run.name},
                 {"Data", options.data + ", " + splitName(options.split)},
                 {"Images", groupedText(result.images)}};
    rows.insert(rows.end(), figures.begin(), figures.end());
    rows.push_back({"Speed", fixedText(static_cast<double>(result.images) / result.seconds, 0) + " images/s"});
    rows.push_back({"Device", here.deviceText + ", " + precisionName(here.precision)});
    std::cout << table(rows);
    if (const std::string text = elsewhereText(run.folder, here, "was tested"); !text.empty())
        std::cout << text << ".\n";
}

Rows metricRows(const EpochMetrics& metrics, const std::string& views) {
    Rows rows;
    for (const Metric& metric : kMetrics) rows.push_back({metric.label(), metric.text(metrics)});
    if (!views.empty()) rows.push_back({"Answers", views});
    return rows;
}

Rows figureRows(const EvaluationSummary& summary) {
    Rows rows;
    for (const EvaluationFigure& figure : figuresOf(summary)) rows.push_back({figure.label, figure.value});
    return rows;
}

// A run that may not be written to can be evaluated all the same.
void keepOrSay(const RunSummary& run, const KeptEvaluation& evaluation) {
    try {
        keepEvaluation(run.folder, evaluation);
    } catch (const Error& fault) {
        std::cerr << "The figures are not kept with the run: " << fault.what() << '\n';
    }
}

void reportInDepth(const RunSummary& run, const EvaluateOptions& options, const DeviceSelection& here, LoadedModel& model,
                   const DatasetView& view) {
    const Existing existing = options.force ? Existing::Replace : Existing::Keep;
    prepareEvaluationFolder(options.report, existing);
    const auto start = std::chrono::steady_clock::now();
    const ImageAnswers answers = answersOf(model, view);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    EvaluationSubject subject = subjectOf(model, view);
    subject.run = run.name;
    const Evaluation evaluation =
        evaluated(std::move(subject), {view.dataset().classNames(), view.dataset().superclasses()}, answers);
    const auto files = writeEvaluation(evaluation, options.report, existing);
    keepOrSay(run, evaluation);
    const EvaluationResult result{view.count(), evaluation.summary.metrics, elapsed.count()};
    if (options.json) return printJson(run, options, here, result);
    printText(run, options, here, result, figureRows(evaluation.summary));
    for (const auto& file : files) std::cout << "Written: " << file.string() << '\n';
}

void run(EvaluateOptions options) {
    const RunSummary run = findTrainedRun(options.run);
    const Config& config = run.config;
    if (options.data.empty()) options.data = config.data.name;
    const RunConfig measuring = measuringConfig(run, options.device.value_or(DeviceChoice::Auto));
    const DeviceSelection here = selectDevice(measuring);
    Config asked = config;
    asked.data.name = options.data;
    const auto dataset = DataStore().open(asked);
    LoadedModel model = LoadedModel::open(run.folder, measuring.device, measuring.precision);
    const DatasetView view(adaptedTo(model.description(), dataset), options.split, cutFor(*dataset, config.data));
    if (view.count() == 0) {
        throw InvalidInput("The data set " + options.data + " has no " + splitName(options.split) +
                           " images in this run.");
    }
    if (!options.report.empty()) return reportInDepth(run, options, here, model, view);
    const EvaluationResult result = model.evaluate(view);
    if (options.json) printJson(run, options, here, result);
    else printText(run, options, here, result, metricRows(result.metrics, viewsOf(run, options)));
}

}  // namespace

void addEvaluateCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("evaluate", "Measure a trained run on the images of a split");
    auto options = std::make_shared<EvaluateOptions>();
    command->add_option("run", options->run, kRunHelp);
    command->add_option("--data", options->data,
                        "Another data set, whose classes are among the model's; without it, the run's own");
    addSplitOption(*command, options->split);
    addDeviceOption(*command, options->device, "auto, cpu or cuda")->default_str("auto");
    CLI::Option* report =
        command->add_option("--report", options->report,
                            "A folder for an evaluation in depth: tables of images, classes and confusions, and a "
                            "report; its figures are kept with the run");
    command->add_flag("--force", options->force, "Replace files that are there already")->needs(report);
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
