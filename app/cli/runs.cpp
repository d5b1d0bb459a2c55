// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli runs: the runs on this computer.
#include "chart.h"
#include "commands.h"
#include "config/schema.h"
#include "run_argument.h"
#include "text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <limits>
#include <memory>

namespace vit::cli {

namespace {

std::string stateOf(const RunSummary& run) {
    if (!run.result) return "unfinished";
    switch (run.result->reason) {
        case StopReason::Completed: return "done";
        case StopReason::Stopped: return "stopped";
        case StopReason::EarlyStopped: return "stopped early";
        case StopReason::Diverged: return "diverged";
        case StopReason::Failed: return "failed";
    }
    return "unfinished";
}

double testAccuracy(const RunSummary& run) {
    return run.result && run.result->tested ? run.result->test.accuracy : std::numeric_limits<double>::quiet_NaN();
}

void listText(const RunStore& store) {
    std::vector<std::vector<std::string>> rows = {{"Name", "Created", "Data", "Epochs", "Validation", "Test", "State"}};
    for (const RunSummary& run : store.list()) {
        rows.push_back({run.name, run.created, run.config.data.name,
                        std::to_string(run.epochsDone) + "/" + std::to_string(run.config.run.epochs),
                        run.epochsDone > 0 ? percent(run.bestValidationAccuracy) : "-", percent(testAccuracy(run)),
                        stateOf(run)});
    }
    if (rows.size() > 1) std::cout << table(rows) << '\n';
    std::cout << "Runs lie in " << store.folder().string() << '\n';
}

void listJson(const RunStore& store) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const RunSummary& run : store.list()) {
        all.push_back({{"name", run.name},
                       {"folder", run.folder.string()},
                       {"created", run.created},
                       {"state", stateOf(run)},
                       {"epochs_done", run.epochsDone},
                       {"best_validation_accuracy", run.bestValidationAccuracy},
                       {"test_accuracy", testAccuracy(run)},
                       {"has_model", run.hasModel},
                       {"config", nlohmann::ordered_json::parse(toJson(run.config))}});
    }
    std::cout << all.dump(2) << '\n';
}

void show(const std::string& name) {
    const RunSummary run = findRun(name);
    std::cout << table({{"Run", run.name},
                        {"Folder", run.folder.string()},
                        {"Created", run.created},
                        {"State", stateOf(run)},
                        {"Data", run.config.data.name},
                        {"Epochs", std::to_string(run.epochsDone) + " of " + std::to_string(run.config.run.epochs)},
                        {"Best validation accuracy", run.epochsDone > 0 ? percent(run.bestValidationAccuracy) : "-"},
                        {"Test accuracy", percent(testAccuracy(run))}})
              << '\n'
              << runCharts(readCurves(run.folder));
}

}  // namespace

void addRunsCommand(CLI::App& app) {
    CLI::App* runs = app.add_subcommand("runs", "List runs and show their curves");
    runs->require_subcommand(1);

    CLI::App* list = runs->add_subcommand("list", "List the runs, the newest first");
    auto json = std::make_shared<bool>(false);
    list->add_flag("--json", *json, "As JSON, with each run's configuration");
    list->callback([json] { *json ? listJson(RunStore()) : listText(RunStore()); });

    CLI::App* shown = runs->add_subcommand("show", "Show how a run went: its results and its curves");
    auto name = std::make_shared<std::string>();
    shown->add_option("run", *name, kRunHelp);
    shown->callback([name] { show(*name); });
}

}  // namespace vit::cli
