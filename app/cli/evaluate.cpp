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
#include "core/data/store/data_store.h"
#include "core/inspect/loaded_model.h"
#include "core/session/elsewhere.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct Options {
    std::string run;
    Split split = Split::Test;
    std::optional<DeviceChoice> device;
    bool json = false;
};

void printJson(const RunSummary& run, const Options& options, const DeviceSelection& here,
               const EvaluationResult& result) {
    nlohmann::ordered_json line = {{"run", run.name},
                                   {"data", run.config.data.name},
                                   {"split", splitName(options.split)},
                                   {"images", result.images}};
    for (const Metric& metric : kMetrics) line[metric.key] = result.metrics.*metric.value;
    line["seconds"] = result.seconds;
    line["device"] = here.deviceText;
    line["precision"] = precisionName(here.precision);
    std::cout << jsonText(line) << '\n';
}

void printText(const RunSummary& run, const Options& options, const DeviceSelection& here,
               const EvaluationResult& result) {
    std::vector<std::vector<std::string>> rows = {{"Run", run.name},
                                                  {"Data", run.config.data.name + ", " + splitName(options.split)},
                                                  {"Images", groupedText(result.images)}};
    for (const Metric& metric : kMetrics) rows.push_back({metric.label(), metric.text(result.metrics)});
    rows.push_back({"Speed", fixedText(static_cast<double>(result.images) / result.seconds, 0) + " images/s"});
    rows.push_back({"Device", here.deviceText + ", " + precisionName(here.precision)});
    std::cout << table(rows);
    if (const std::string text = elsewhereText(run.folder, here, "was tested"); !text.empty())
        std::cout << text << ".\n";
}

void run(const Options& options) {
    const RunSummary run = findTrainedRun(options.run);
    const Config& config = run.config;
    const auto dataset = DataStore().open(config.data.name, config.model.imageSize);
    const DatasetView view(dataset, options.split, config.data.validationShare, config.data.trainLimit);
    if (view.count() == 0) {
        throw InvalidInput("The data set " + config.data.name + " has no " + splitName(options.split) +
                           " images in this run.");
    }
    const RunConfig measuring = measuringConfig(run, options.device.value_or(DeviceChoice::Auto));
    const DeviceSelection here = selectDevice(measuring);
    LoadedModel model = LoadedModel::open(run.folder, measuring.device, measuring.precision);
    const EvaluationResult result = model.evaluate(view);
    options.json ? printJson(run, options, here, result) : printText(run, options, here, result);
}

}  // namespace

void addEvaluateCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("evaluate", "Measure a trained run on the images of a split");
    auto options = std::make_shared<Options>();
    command->add_option("run", options->run, kRunHelp);
    addSplitOption(*command, options->split);
    addDeviceOption(*command, options->device, "auto, cpu or cuda")->default_str("auto");
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
