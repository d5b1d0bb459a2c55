// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli bench: how fast this computer trains a model, and how near that is to what its processor can do.
#include "commands.h"
#include "config/presets.h"
#include "config_options.h"
#include "status_line.h"
#include "text.h"
#include "train/benchmark.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <utility>

namespace vit::cli {

namespace {

struct Options {
    ConfigOptions config;
    // Shorthands for hyperparameters, by their keys.
    std::vector<std::pair<std::string, std::string>> run = {
        {"run.batch_size", ""}, {"run.precision", ""}, {"run.kernels", ""}, {"run.device", ""}, {"run.threads", ""}};
    std::int64_t steps = 10;
    bool json = false;
};

void printJson(const BenchmarkResult& result) {
    nlohmann::ordered_json line = {{"images_per_second", result.imagesPerSecond},
                                   {"batch_size", result.batchSize},
                                   {"steps", result.steps},
                                   {"parameters", result.parameters},
                                   {"device", result.device},
                                   {"precision", result.precision},
                                   {"kernels", result.kernels},
                                   {"threads", result.threads},
                                   {"step_ms", result.milliseconds.whole},
                                   {"forward_ms", result.milliseconds.forward},
                                   {"backward_ms", result.milliseconds.backward},
                                   {"optimizer_ms", result.milliseconds.optimizer},
                                   {"peak_memory_bytes", result.peakMemoryBytes},
                                   {"gflops", result.flops / 1e9}};
    if (result.peakFlops > 0) {
        line["peak_gflops"] = result.peakFlops / 1e9;
        line["peak_share"] = result.flops / result.peakFlops;
    }
    std::cout << line.dump() << '\n';
}

void printText(const BenchmarkResult& result) {
    const StepTimes& times = result.milliseconds;
    std::string rate = fixed(result.flops / 1e9, 1) + " GFLOP/s";
    if (result.peakFlops > 0)
        rate += ", " + percent(result.flops / result.peakFlops) + " of the " + fixed(result.peakFlops / 1e9, 0) +
                " that the processor does in registers";
    std::cout << table({{"Speed", fixed(result.imagesPerSecond, 1) + " images/s"},
                        {"Step", fixed(times.whole, 1) + " ms: forward " + fixed(times.forward, 1) + ", backward " +
                                     fixed(times.backward, 1) + ", optimizer " + fixed(times.optimizer, 1)},
                        {"Arithmetic", rate},
                        {"Peak memory", bytes(result.peakMemoryBytes)},
                        {"Batch size", grouped(result.batchSize)},
                        {"Parameters", grouped(result.parameters)},
                        {"Device", result.device},
                        {"Precision", result.precision},
                        {"Kernels", result.kernels}});
}

void run(Options options) {
    for (const auto& [key, value] : options.run)
        if (!value.empty()) options.config.assignments.push_back(key + "=" + value);
    const Config config = options.config.resolve();
    const std::int64_t classes = options.config.preset.empty() ? 100 : preset(options.config.preset).classes;
    StatusLine status(stderr);
    const BenchmarkResult result = benchmark(config, {.channels = 3, .classes = classes}, options.steps,
                                             [&](std::int64_t done) {
                                                 status.status("Step " + std::to_string(done) + " of " +
                                                               std::to_string(options.steps));
                                             });
    status.clear();
    options.json ? printJson(result) : printText(result);
}

}  // namespace

void addBenchCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("bench", "Measure how fast this computer trains a model (median of the steps)");
    auto options = std::make_shared<Options>();
    options->config.addTo(*command);
    const std::pair<const char*, const char*> shorthands[] = {{"--batch", "Images in a step"},
                                                              {"--precision", "fp32, bf16 or auto"},
                                                              {"--kernels", "fused, plain or auto"},
                                                              {"--device", "cpu, cuda or auto"},
                                                              {"--threads", "CPU threads"}};
    for (std::size_t i = 0; i < options->run.size(); ++i) {
        auto& [key, value] = options->run[i];
        command->add_option(shorthands[i].first, value, std::string(shorthands[i].second) + "; the same as --set " + key);
    }
    command->add_option("--steps", options->steps, "Steps to measure, after three that do not count")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
