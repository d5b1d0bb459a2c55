// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep's state as JSON: the plan with its whole configuration, then the trials in the order of the queue.
#include "core/base/json_text.h"
#include "core/sweeps/sweep_json.h"
#include "core/sweeps/sweep_queue.h"

#include "core/io/strict_json.h"

#include <cmath>
#include <limits>
#include <set>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

[[noreturn]] void damaged(const std::string& what) { throw Error("This is no sweep's state: " + what + "."); }

Json trialJson(const SweepTrial& trial) {
    Json settings = Json::object();
    for (const SweepSetting& setting : trial.settings) settings[setting.key] = sweepValueJson(setting.value);
    Json json = {{"number", trial.number},   {"settings", settings},     {"status", statusText(trial.status)},
                 {"rung", trial.rung},       {"results", trial.results}, {"epochs", trial.epochs}};
    if (!trial.run.empty()) json["run"] = trial.run;
    if (!trial.problem.empty()) json["problem"] = trial.problem;
    return json;
}

TrialStatus statusFrom(const std::string& text) {
    for (const TrialStatus status :
         {TrialStatus::Waiting, TrialStatus::Running, TrialStatus::Done, TrialStatus::Failed})
        if (text == statusText(status)) return status;
    damaged("\"" + text + "\" is no trial's status");
}

SweepTrial trialFrom(const Json& json) {
    SweepTrial trial;
    trial.number = json.at("number").get<int>();
    for (const auto& [key, value] : json.at("settings").items()) {
        const Field* field = findField(key);
        if (field == nullptr) damaged("there is no hyperparameter \"" + key + "\"");
        trial.settings.push_back({key, sweepValueFromJson(*field, value)});
    }
    trial.status = statusFrom(json.at("status").get<std::string>());
    trial.rung = json.at("rung").get<int>();
    for (const Json& result : json.at("results"))
        trial.results.push_back(result.is_null() ? std::numeric_limits<double>::quiet_NaN() : result.get<double>());
    trial.epochs = json.at("epochs").get<std::int64_t>();
    trial.run = json.value("run", std::string());
    trial.problem = json.value("problem", std::string());
    return trial;
}

void check(const SweepState& state) {
    const int rungs = static_cast<int>(sweepRungs(state.plan).size());
    std::set<int> numbers;
    for (const SweepTrial& trial : state.trials) {
        if (trial.number < 1 || !numbers.insert(trial.number).second)
            damaged("the number " + std::to_string(trial.number) + " cannot be a trial's, or is so twice");
        if (trial.rung < 0 || trial.rung >= rungs)
            damaged("there is no rung " + std::to_string(trial.rung));
        if (trial.status == TrialStatus::Done && trial.results.size() != static_cast<std::size_t>(trial.rung) + 1)
            damaged("trial " + std::to_string(trial.number) + " lacks a result");
    }
}

}  // namespace

std::string toJson(const SweepState& state) {
    Json json;
    json["format"] = kFormat;
    json["paused"] = state.paused;
    json["plan"] = sweepPlanJson(state.plan);
    json["trials"] = Json::array();
    for (const SweepTrial& trial : state.trials) json["trials"].push_back(trialJson(trial));
    return jsonText(json, 2) + "\n";
}

SweepState sweepStateFromJson(std::string_view text) {
    try {
        const Json json = parseStrictJson(text);
        if (!json.is_object()) damaged("it is no JSON object");
        if (json.at("format").get<int>() != kFormat) damaged("it is of another version of this program");
        SweepState state;
        state.paused = json.at("paused").get<bool>();
        state.plan = sweepPlanFromJson(jsonText(json.at("plan")));
        for (const Json& trial : json.at("trials")) state.trials.push_back(trialFrom(trial));
        check(state);
        return state;
    } catch (const InvalidInput& fault) {
        throw Error(fault.what());
    } catch (const Json::exception& fault) {
        damaged(jsonFault(fault));
    }
}

}  // namespace vit
