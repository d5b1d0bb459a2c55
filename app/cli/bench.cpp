// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli bench: how fast this computer trains a model or predicts, and how near that is to what its processor can do.
#include "app/cli/commands.h"
#include "app/cli/config_options.h"
#include "app/cli/status_line.h"
#include "app/cli/text.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/config/presets.h"
#include "core/train/benchmark.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace vit::cli {

namespace {

struct BenchOptions {
    ConfigOptions config;
    // Shorthands for hyperparameters, by their keys.
    std::vector<std::pair<std::string, std::string>> run = {
        {"run.batch_size", ""}, {"run.precision", ""}, {"run.kernels", ""}, {"run.device", ""}, {"run.threads", ""}};
    BenchmarkTask task;
    std::int64_t classes = 0;  // 0: those of the preset
    bool json = false;
};

void printJson(const BenchmarkResult& result, BenchmarkMode mode) {
    const bool trains = mode == BenchmarkMode::Train;
    nlohmann::ordered_json line = {{"mode", trains ? "train" : "predict"},
                                   {"images_per_second", result.imagesPerSecond},
                                   {"batch_size", result.batchSize},
                                   {"steps", result.steps},
                                   {"parameters", result.parameters},
                                   {"device", result.device},
                                   {"precision", result.precision},
                                   {"kernels", result.kernels},
                                   {"threads", result.threads},
                                   {"step_ms", result.milliseconds.whole},
                                   {"peak_memory_bytes", result.peakMemoryBytes},
                                   {"gflops", result.flops / 1e9}};
    if (trains) {
        const double forward = result.milliseconds.forward;  // a recorded step has none of its own
        line["forward_ms"] = forward > 0 ? nlohmann::ordered_json(forward) : nlohmann::ordered_json(nullptr);
        line["backward_ms"] = result.milliseconds.backward;
        line["optimizer_ms"] = result.milliseconds.optimizer;
        line["loss"] = result.loss;
    } else {
        line["photo_ms"] = result.photoMilliseconds;
    }
    if (result.peakFlops > 0) {
        line["peak_gflops"] = result.peakFlops / 1e9;
        line["peak_share"] = result.flops / result.peakFlops;
    }
    std::cout << jsonText(line) << '\n';
}

std::string stepText(const StepTimes& times, BenchmarkMode mode) {
    const std::string whole = fixedText(times.whole, 1) + " ms: ";
    if (mode == BenchmarkMode::Predict) return whole + "forward pass of a batch";
    const std::string forward = times.forward > 0 ? "forward " + fixedText(times.forward, 1) + ", backward "
                                                  : "forward and backward (recorded) ";
    return whole + forward + fixedText(times.backward, 1) + ", optimizer " + fixedText(times.optimizer, 1);
}

void printText(const BenchmarkResult& result, BenchmarkMode mode) {
    std::string rate = fixedText(result.flops / 1e9, 1) + " GFLOP/s";
    if (result.peakFlops > 0)
        rate += ", " + percentText(result.flops / result.peakFlops) + " of the " +
                fixedText(result.peakFlops / 1e9, 0) + " that the processor does in registers";
    std::vector<std::vector<std::string>> rows = {{"Speed", fixedText(result.imagesPerSecond, 1) + " images/s"},
                                                  {"Step", stepText(result.milliseconds, mode)}};
    if (mode == BenchmarkMode::Predict)
        rows.push_back({"One photo", fixedText(result.photoMilliseconds, 1) + " ms to its five best classes"});
    rows.insert(rows.end(), {{"Arithmetic", rate},
                             {"Peak memory", bytesText(result.peakMemoryBytes)},
                             {"Batch size", groupedText(result.batchSize)},
                             {"Parameters", groupedText(result.parameters)},
                             {"Device", result.device},
                             {"Precision", result.precision},
                             {"Kernels", result.kernels}});
    std::cout << table(rows);
}

std::int64_t classesOf(const BenchOptions& options) {
    if (options.classes > 0) return options.classes;
    return options.config.preset.empty() ? 100 : preset(options.config.preset).classes;
}

void run(BenchOptions options) {
    for (const auto& [key, value] : options.run)
        if (!value.empty()) options.config.assignments.push_back(key + "=" + value);
    const Config config = options.config.resolve();
    const std::string steps = std::to_string(options.task.steps);
    StatusLine status(stderr);
    const BenchmarkResult result = benchmark(
        config, {.channels = 3, .classes = classesOf(options)}, options.task,
        [&](std::int64_t done) { status.status("Step " + std::to_string(done) + " of " + steps); });
    status.clear();
    if (!result.warning.empty()) std::cerr << "Warning: " << result.warning << '\n';
    options.json ? printJson(result, options.task.mode) : printText(result, options.task.mode);
}

}  // namespace

void addBenchCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("bench", "Measure how fast this computer trains or predicts (medians)");
    auto options = std::make_shared<BenchOptions>();
    options->config.addTo(*command);
    const std::pair<const char*, const char*> shorthands[] = {{"--batch", "Images in a step"},
                                                              {"--precision", "fp32, bf16 or auto"},
                                                              {"--kernels", "fused, plain or auto"},
                                                              {"--device", "cpu, cuda or auto"},
                                                              {"--threads", "CPU threads"}};
    for (std::size_t i = 0; i < options->run.size(); ++i) {
        auto& [key, value] = options->run[i];
        command->add_option(shorthands[i].first, value,
                            std::string(shorthands[i].second) + "; the same as --set " + key);
    }
    const std::map<std::string, BenchmarkMode> modes = {{"train", BenchmarkMode::Train},
                                                        {"predict", BenchmarkMode::Predict}};
    command
        ->add_option("--mode", options->task.mode, "train: training steps; predict: forward passes, and one photo")
        ->transform(CLI::CheckedTransformer(modes).description("train|predict"))
        ->default_str("train");
    command->add_option("--classes", options->classes, "Classes to tell apart; without it, those of the preset's data")
        ->check(CLI::Range(2, 100'000));
    command->add_option("--steps", options->task.steps, "Steps to measure, after three that do not count")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
