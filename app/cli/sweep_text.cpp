// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep as tables and JSON.
#include "app/cli/sweep_text.h"

#include "app/cli/text.h"
#include "core/base/json_text.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace vit::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string shortName(const std::string& key) { return key.substr(key.find('.') + 1); }

std::string settingText(const SweepSetting& setting) {
    const std::string text = toText(*findField(setting.key), setting.value);
    return text.empty() ? "none" : text;
}

std::string rungText(const SweepState& state, const SweepTrial& trial) {
    return std::to_string(trial.rung + 1) + "/" + std::to_string(sweepRungs(state.plan).size());
}

std::string stateText(const SweepFolder& sweep, const SweepState& state) {
    const SweepCounts counts = countTrials(state);
    const bool running = sweep.isRunning();
    std::string text = std::to_string(counts.done) + " done, " + std::to_string(counts.waiting) + " waiting";
    if (counts.running > 0) text += ", " + std::to_string(counts.running) + (running ? " running" : " interrupted");
    if (counts.failed > 0) text += ", " + std::to_string(counts.failed) + " failed";
    const bool through = counts.waiting + counts.running == 0;
    return text + (running ? "; it is being run" : through ? "; it is through" : "; vit-cli sweep resume goes on");
}

Json settingsJson(const std::vector<SweepSetting>& settings) {
    Json json = Json::object();
    for (const SweepSetting& setting : settings)
        json[setting.key] = std::visit([](const auto& value) { return Json(value); }, setting.value);
    return json;
}

}  // namespace

std::string objectiveName(SweepObjective objective) {
    return objective == SweepObjective::ValidationAccuracy ? "validation accuracy" : "validation loss";
}

std::string valueText(SweepObjective objective, double value) {
    return objective == SweepObjective::ValidationAccuracy ? percent(value) : fixed(value, 4);
}

std::string trialText(const SweepState& state, const SweepTrial& trial) {
    std::string text = "Trial " + std::to_string(trial.number);
    if (state.plan.strategy == SweepStrategy::Halving)
        text += ", rung " + std::to_string(trial.rung + 1) + " of " + std::to_string(sweepRungs(state.plan).size());
    return text + ": " + settingsText(trial);
}

std::string planTable(const SweepPreview& preview) {
    std::vector<std::vector<std::string>> rows = {{"Trial"}};
    for (const SweepSetting& setting : preview.trials.front().settings) rows[0].push_back(shortName(setting.key));
    rows[0].push_back("Epochs");
    for (const PlannedTrial& trial : preview.trials) {
        std::vector<std::string> row = {std::to_string(trial.number)};
        for (const SweepSetting& setting : trial.settings) row.push_back(settingText(setting));
        row.push_back(std::to_string(trial.config.run.epochs));
        rows.push_back(std::move(row));
    }
    return table(rows);
}

std::string statusTable(const SweepFolder& sweep, const SweepState& state) {
    const bool halving = state.plan.strategy == SweepStrategy::Halving;
    std::vector<std::vector<std::string>> rows = {{"Trial"}};
    for (const SweepAxis& axis : state.plan.axes) rows[0].push_back(shortName(axis.key));
    if (halving) rows[0].push_back("Rung");
    for (const char* heading : {"Epochs", "Best", "State", "Run"}) rows[0].push_back(heading);
    std::string problems;
    for (const SweepTrial* trial : bestFirst(state)) {
        std::vector<std::string> row = {std::to_string(trial->number)};
        for (const SweepSetting& setting : trial->settings) row.push_back(settingText(setting));
        if (halving) row.push_back(rungText(state, *trial));
        row.push_back(std::to_string(trial->epochs) + "/" + std::to_string(trialConfig(state, *trial).run.epochs));
        row.push_back(valueText(state.plan.objective, trialValue(*trial)));
        row.push_back(statusText(trial->status));
        row.push_back(trial->run.empty() ? "-" : sweep.runFolder(*trial).filename().string());
        rows.push_back(std::move(row));
        if (!trial->problem.empty()) problems += "\nTrial " + std::to_string(trial->number) + ": " + trial->problem;
    }
    return table(rows) + "\n" + sweep.name() + ", best " + objectiveName(state.plan.objective) + " first: " +
           stateText(sweep, state) + problems;
}

std::string statusJson(const SweepFolder& sweep, const SweepState& state) {
    Json json = {{"name", sweep.name()},
                 {"folder", sweep.path().string()},
                 {"running", sweep.isRunning()},
                 {"paused", state.paused},
                 {"plan", Json::parse(toJson(state.plan))},
                 {"trials", Json::array()}};
    for (const SweepTrial* trial : bestFirst(state)) {
        const double value = trialValue(*trial);
        json["trials"].push_back({{"trial", trial->number},
                                  {"settings", settingsJson(trial->settings)},
                                  {"status", statusText(trial->status)},
                                  {"rung", trial->rung},
                                  {"epochs", trial->epochs},
                                  {"value", std::isnan(value) ? Json() : Json(value)},
                                  {"run", trial->run.empty() ? Json() : Json(sweep.runFolder(*trial).string())},
                                  {"problem", trial->problem}});
    }
    return jsonText(json, 2);
}

}  // namespace vit::cli
