// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli compare-reference: a run beside the published ones, epoch by epoch.
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/runs/published_runs.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <memory>

namespace vit::cli {

namespace {

struct Quantity {
    const char* label;
    double EpochMetrics::*value;
};

constexpr Quantity kAccuracy{"accuracy", &EpochMetrics::accuracy};
constexpr Quantity kTop5{"top-5 accuracy", &EpochMetrics::top5Accuracy};
constexpr Quantity kLoss{"loss", &EpochMetrics::loss};

struct Options {
    std::string run;
    std::string metric = "accuracy";
    bool train = false;
    bool json = false;
};

const Quantity& quantityOf(const Options& options) {
    if (options.metric == "loss") return kLoss;
    return options.metric == "top5" ? kTop5 : kAccuracy;
}

// Hyperparameters that make it another experiment than the published one.
std::string deviations(const Config& config) {
    const Config& published = preset("keras-example").config;
    std::string keys;
    for (const Field& field : schema()) {
        const bool matters = field.key == "run.batch_size" || !field.key.starts_with("run.");
        if (!matters || field.key == "data.name" || field.get(config) == field.get(published)) continue;
        keys += (keys.empty() ? "" : ", ") + field.key;
    }
    if (config.data.name != "cifar-100") keys = "data.name" + (keys.empty() ? "" : ", " + keys);
    return keys;
}

std::string signedText(double difference) {
    return (difference < 0 ? "" : "+") + fixed(difference, 4);
}

// A row for each epoch: ours, theirs, and ours minus theirs.
void printText(const Options& options, const RunSummary& run, const RunCurves& curves) {
    const auto metricsOf = [&](const auto& epoch) { return options.train ? epoch.train : epoch.validation; };
    const Quantity& quantity = quantityOf(options);
    std::vector<std::vector<std::string>> rows = {{"Epoch", run.name}};
    for (const PublishedRun& published : publishedRuns()) rows[0].insert(rows[0].end(), {published.name, "Difference"});

    double largest = 0;
    std::int64_t largestEpoch = 0;
    for (const EpochDone& epoch : curves.epochs) {
        const double ours = metricsOf(epoch).*quantity.value;
        std::vector<std::string> row = {std::to_string(epoch.epoch), fixed(ours, 4)};
        double nearest = std::numeric_limits<double>::infinity();
        for (const PublishedRun& published : publishedRuns()) {
            const auto index = static_cast<std::size_t>(epoch.epoch - 1);
            if (index >= published.epochs.size()) {
                row.insert(row.end(), {"-", "-"});
                continue;
            }
            const double theirs = metricsOf(published.epochs[index]).*quantity.value;
            row.insert(row.end(), {fixed(theirs, 4), signedText(ours - theirs)});
            nearest = std::min(nearest, std::abs(ours - theirs));
        }
        if (std::isfinite(nearest) && nearest > largest) {
            largest = nearest;
            largestEpoch = epoch.epoch;
        }
        rows.push_back(std::move(row));
    }
    std::cout << (options.train ? "Training " : "Validation ") << quantity.label << '\n' << table(rows);
    if (largestEpoch > 0)
        std::cout << "Furthest from the nearer of the two: " << fixed(largest, 4) << ", in epoch " << largestEpoch
                  << '\n';
    if (run.result && run.result->tested) {
        std::cout << "Test accuracy and top-5: " << percent(run.result->test.accuracy) << ", "
                  << percent(run.result->test.top5Accuracy);
        for (const PublishedRun& published : publishedRuns())
            std::cout << "; " << published.name << " " << percent(published.testAccuracy) << ", "
                      << percent(published.testTop5Accuracy);
        std::cout << '\n';
    }
    if (const std::string keys = deviations(run.config); !keys.empty())
        std::cout << "This run is another experiment than the published one; it differs in " << keys << ".\n";
}

nlohmann::ordered_json toJson(const EpochMetrics& metrics) {
    return {{"loss", metrics.loss}, {"accuracy", metrics.accuracy}, {"top5_accuracy", metrics.top5Accuracy}};
}

// Everything there is, one object an epoch and line.
void printJson(const RunCurves& curves) {
    for (const EpochDone& epoch : curves.epochs) {
        nlohmann::ordered_json line = {
            {"epoch", epoch.epoch},
            {"run", {{"train", toJson(epoch.train)}, {"validation", toJson(epoch.validation)}}}};
        for (const PublishedRun& published : publishedRuns()) {
            const auto index = static_cast<std::size_t>(epoch.epoch - 1);
            if (index >= published.epochs.size()) continue;
            line[published.name] = {{"train", toJson(published.epochs[index].train)},
                                    {"validation", toJson(published.epochs[index].validation)}};
        }
        std::cout << jsonText(line) << '\n';
    }
}

void compare(const Options& options) {
    const RunSummary run = findRun(options.run);
    const RunCurves curves = readCurves(run.folder);
    if (curves.epochs.empty())
        throw InvalidInput(run.name + " has finished no epoch yet: there is nothing to compare.");
    options.json ? printJson(curves) : printText(options, run, curves);
}

}  // namespace

void addCompareReferenceCommand(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("compare-reference", "Print a run beside the two published ones, epoch by epoch");
    auto options = std::make_shared<Options>();
    command->add_option("run", options->run, kRunHelp);
    command->add_option("--metric", options->metric, "accuracy, top5 or loss")
        ->check(CLI::IsMember({"accuracy", "top5", "loss"}))
        ->type_name("METRIC")
        ->capture_default_str();
    command->add_flag("--train", options->train, "Of training (running averages) instead of validation");
    command->add_flag("--json", options->json, "All metrics, one JSON object an epoch");
    command->callback([options] { compare(*options); });
}

}  // namespace vit::cli
