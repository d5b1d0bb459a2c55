// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli predict: what a trained model sees in pictures.
#include "app/cli/commands.h"
#include "app/cli/image_files.h"
#include "app/cli/run_argument.h"
#include "app/cli/status_line.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/inspect/loaded_model.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct PredictOptions {
    std::vector<std::string> images;
    std::string run;
    int top = 5;
    std::string precision = "fp32";
    bool json = false;
};

void printJson(const std::string& path, const Prediction& prediction) {
    nlohmann::ordered_json top = nlohmann::ordered_json::array();
    for (const ClassProbability& entry : prediction.top) {
        top.push_back({{"index", entry.index}, {"name", entry.name}, {"probability", entry.probability}});
    }
    const nlohmann::ordered_json line = {{"image", path},
                                         {"run", prediction.model},
                                         {"epoch", prediction.epoch},
                                         {"step", prediction.step},
                                         {"milliseconds", prediction.milliseconds},
                                         {"top", std::move(top)}};
    std::cout << jsonText(line) << std::endl;
}

void printText(const std::string& path, const Prediction& prediction) {
    constexpr int kBarWidth = 20;
    std::cout << path << "  (" << prediction.model << ", epoch " << prediction.epoch << ", "
              << fixedText(prediction.milliseconds, 1) << " ms)\n";
    std::size_t width = 0;
    for (const ClassProbability& entry : prediction.top) width = std::max(width, textWidth(entry.name));
    for (const ClassProbability& entry : prediction.top) {
        const std::string share = percentText(entry.probability);
        std::cout << "  " << padded(entry.name, width) << "  " << bar(entry.probability, kBarWidth) << " "
                  << std::string(8 - std::min<std::size_t>(8, share.size()), ' ') << share << '\n';
    }
}

void run(const PredictOptions& options) {
    Config config;
    assign(config, "run.precision=" + options.precision);
    const Precision precision = config.run.precision;
    LoadedModel model = LoadedModel::open(findModel(options.run), DeviceChoice::Cpu, precision);
    if (model.classNames().size() == 1) {
        throw InvalidInput(model.state().name + " tells no classes apart yet; vit-cli finetune teaches it yours, and "
                           "vit-cli inspect shows what it sees already.");
    }
    std::string problems;  // one bad image does not keep the others from being looked at
    for (const std::string& path : options.images) {
        try {
            const Prediction prediction = model.predict(readImageArgument(path), options.top, precision == Precision::Float32);
            options.json ? printJson(path, prediction) : printText(path, prediction);
        } catch (const InvalidInput& error) {
            problems += (problems.empty() ? "" : "\n") + std::string(error.what());
        }
    }
    if (!problems.empty()) throw InvalidInput(problems);
}

}  // namespace

void addPredictCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("predict", "Say what a trained model sees in images");
    auto options = std::make_shared<PredictOptions>();
    command->add_option("images", options->images, "Image files")->required();
    command->add_option("--run", options->run, kModelHelp);
    command->add_option("--top", options->top, "How many classes to name")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command->add_option("--precision", options->precision,
                        "fp32, as all that is looked at; bf16, in half the time of a large model where the processor "
                        "multiplies it, or auto for the faster of both")
        ->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object a line, one line an image");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
