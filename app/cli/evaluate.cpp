// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli evaluate: how well a trained run does on a part of its data set.
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "app/cli/split_option.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/data/store/data_store.h"
#include "core/inspect/predictor.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <memory>

namespace vit::cli {

namespace {

struct Options {
    std::string run;
    Split split = Split::Test;
    DeviceChoice device = DeviceChoice::Auto;
    bool json = false;
};

void printJson(const RunSummary& run, const Options& options, const EvaluationResult& result) {
    const nlohmann::ordered_json line = {{"run", run.name},
                                         {"data", run.config.data.name},
                                         {"split", splitName(options.split)},
                                         {"images", result.images},
                                         {"loss", result.loss},
                                         {"accuracy", result.accuracy},
                                         {"top5_accuracy", result.top5Accuracy},
                                         {"seconds", result.seconds}};
    std::cout << jsonText(line) << '\n';
}

void printText(const RunSummary& run, const Options& options, const EvaluationResult& result) {
    std::cout << table({{"Run", run.name},
                        {"Data", run.config.data.name + ", " + splitName(options.split)},
                        {"Images", grouped(result.images)},
                        {"Accuracy", percent(result.accuracy)},
                        {"Top-5", percent(result.top5Accuracy)},
                        {"Loss", fixed(result.loss, 4)},
                        {"Speed", fixed(static_cast<double>(result.images) / result.seconds, 0) + " images/s"}});
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
    Predictor predictor = Predictor::open(run.folder, options.device);
    const EvaluationResult result = predictor.evaluate(view);
    options.json ? printJson(run, options, result) : printText(run, options, result);
}

}  // namespace

void addEvaluateCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("evaluate", "Measure a trained run on the images of a split");
    auto options = std::make_shared<Options>();
    command->add_option("run", options->run, kRunHelp);
    addSplitOption(*command, options->split);
    const std::map<std::string, DeviceChoice> devices = {
        {"auto", DeviceChoice::Auto}, {"cpu", DeviceChoice::Cpu}, {"cuda", DeviceChoice::Cuda}};
    command->add_option("--device", options->device, "auto, cpu or cuda")
        ->transform(CLI::CheckedTransformer(devices).description(""))
        ->type_name("DEVICE")
        ->default_str("auto");
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
