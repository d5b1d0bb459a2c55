// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli compare-reference: a run beside the published ones, epoch by epoch.
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
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

struct CompareReferenceOptions {
    std::string run;
    std::string metric = kAccuracy.shortKey;
    bool train = false;
    bool json = false;
};

std::vector<std::string> metricKeys() {
    std::vector<std::string> keys;
    for (const Metric& metric : kMetrics) keys.emplace_back(metric.shortKey);
    return keys;
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
    return (difference < 0 ? "" : "+") + fixedText(difference, 4);
}

// A row for each epoch: ours, theirs, and ours minus theirs.
void printText(const CompareReferenceOptions& options, const RunSummary& run, const RunCurves& curves) {
    const auto metricsOf = [&](const auto& epoch) { return options.train ? epoch.train : epoch.validation; };
    const Metric& metric = *std::find_if(kMetrics.begin(), kMetrics.end(),
                                         [&](const Metric& each) { return each.shortKey == options.metric; });
    std::vector<std::vector<std::string>> rows = {{"Epoch", run.name}};
    for (const PublishedRun& published : publishedRuns()) rows[0].insert(rows[0].end(), {published.name, "Difference"});

    double largest = 0;
    std::int64_t largestEpoch = 0;
    for (const EpochDone& epoch : curves.epochs) {
        const double ours = metricsOf(epoch).*metric.value;
        std::vector<std::string> row = {std::to_string(epoch.epoch), fixedText(ours, 4)};
        double nearest = std::numeric_limits<double>::infinity();
        for (const PublishedRun& published : publishedRuns()) {
            const auto index = static_cast<std::size_t>(epoch.epoch - 1);
            if (index >= published.epochs.size()) {
                row.insert(row.end(), {"-", "-"});
                continue;
            }
            const double theirs = metricsOf(published.epochs[index]).*metric.value;
            row.insert(row.end(), {fixedText(theirs, 4), signedText(ours - theirs)});
            nearest = std::min(nearest, std::abs(ours - theirs));
        }
        if (std::isfinite(nearest) && nearest > largest) {
            largest = nearest;
            largestEpoch = epoch.epoch;
        }
        rows.push_back(std::move(row));
    }
    std::cout << (options.train ? "Training " : "Validation ") << metric.name << '\n' << table(rows);
    if (largestEpoch > 0)
        std::cout << "Furthest from the nearer of the two: " << fixedText(largest, 4) << ", in epoch " << largestEpoch
                  << '\n';
    if (run.result && run.result->tested) {
        for (const Metric& each : kMetrics) {
            const std::string& views = run.result->testViews;
            std::cout << "Test " << each.name << (views.empty() ? "" : ", " + views) << ": "
                      << each.text(run.result->test);
            for (const PublishedRun& published : publishedRuns())
                std::cout << "; " << published.name << " " << each.text(published.test);
            std::cout << '\n';
        }
    }
    if (const std::string keys = deviations(run.config); !keys.empty())
        std::cout << "This run is another experiment than the published one; it differs in " << keys << ".\n";
}

nlohmann::ordered_json toJson(const EpochMetrics& metrics) {
    nlohmann::ordered_json json;
    for (const Metric& metric : kMetrics) json[metric.key] = metrics.*metric.value;
    return json;
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

void compare(const CompareReferenceOptions& options) {
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
    auto options = std::make_shared<CompareReferenceOptions>();
    command->add_option("run", options->run, kRunHelp);
    command->add_option("--metric", options->metric, "What is compared")
        ->check(CLI::IsMember(metricKeys()))
        ->type_name("METRIC")
        ->capture_default_str();
    command->add_flag("--train", options->train, "Of training (running averages) instead of validation");
    command->add_flag("--json", options->json, "All metrics, one JSON object an epoch");
    command->callback([options] { compare(*options); });
}

}  // namespace vit::cli
