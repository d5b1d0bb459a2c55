// SPDX-License-Identifier: GPL-3.0-or-later
// A plan as a JSON file.
#include "core/sweeps/sweep_json.h"

#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/config/field_check.h"
#include "core/config/presets.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"

#include <algorithm>
#include <array>
#include <optional>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

template <typename Enum>
struct Word {
    const char* text;
    Enum value;
};

constexpr std::array<Word<SweepStrategy>, 3> kStrategies = {
    {{"grid", SweepStrategy::Grid}, {"random", SweepStrategy::Random}, {"halving", SweepStrategy::Halving}}};
constexpr std::array<Word<SweepObjective>, 2> kObjectives = {
    {{"validation_accuracy", SweepObjective::ValidationAccuracy},
     {"validation_loss", SweepObjective::ValidationLoss}}};
constexpr std::array<Word<SweepOrder>, 3> kOrders = {{{"listed", SweepOrder::Listed},
                                                      {"shuffled", SweepOrder::Shuffled},
                                                      {"cheapest_first", SweepOrder::CheapestFirst}}};
constexpr const char* kKnownKeys =
    "name, preset, config, vary, strategy, count, seed, rungs, objective, order and skip_invalid";

template <typename Words>
const char* textOf(const Words& words, decltype(words[0].value) value) {
    for (const auto& word : words)
        if (word.value == value) return word.text;
    return "";
}

std::optional<std::int64_t> wholeNumber(const Json& json) {
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX))
        return std::nullopt;
    return json.get<std::int64_t>();
}

// Collects what is wrong, so that a person sees all of it at once.
class Reader {
public:
    explicit Reader(const Json& json) : m_json(json) {}

    SweepPlan read(const std::string& name) {
        SweepPlan plan;
        plan.name = name;
        readBase(plan);
        for (const auto& [key, value] : m_json.items()) readKey(key, value, plan);
        if (!m_json.contains("vary")) complain("vary", "Name the hyperparameters to vary and their values.");
        if (!m_issues.empty()) throw InvalidInput(std::move(m_issues));
        return plan;
    }

private:
    const Json& m_json;
    Issues m_issues;

    void complain(const std::string& key, const std::string& message) { m_issues.push_back({key, message}); }

    void take(const InvalidInput& fault, const std::string& key) {
        if (fault.issues().empty()) complain(key, fault.what());
        m_issues.insert(m_issues.end(), fault.issues().begin(), fault.issues().end());
    }

    void readBase(SweepPlan& plan) {
        try {
            if (const auto name = m_json.find("preset"); name != m_json.end()) {
                if (!name->is_string()) throw InvalidInput("Give the preset's name as a text.");
                plan.base = preset(name->get<std::string>()).config;
            }
        } catch (const InvalidInput& fault) {
            take(fault, "preset");
        }
        try {
            if (const auto config = m_json.find("config"); config != m_json.end())
                plan.base = fromJson(jsonText(*config), plan.base);
        } catch (const InvalidInput& fault) {
            take(fault, "config");
        }
        if (!m_json.contains("preset") && !m_json.contains("config"))
            complain("preset", "Name the preset to start from, or give a whole config.");
    }

    void readKey(const std::string& key, const Json& value, SweepPlan& plan) {
        if (key == "preset" || key == "config") return;
        if (key == "name") readText(key, value, plan.name);
        else if (key == "vary") readAxes(value, plan);
        else if (key == "strategy") readWord(key, value, kStrategies, plan.strategy);
        else if (key == "objective") readWord(key, value, kObjectives, plan.objective);
        else if (key == "order") readWord(key, value, kOrders, plan.order);
        else if (key == "count") readWhole(key, value, plan.count);
        else if (key == "seed") readWhole(key, value, plan.seed);
        else if (key == "rungs") readRungs(value, plan);
        else if (key == "skip_invalid") readFlag(key, value, plan.skipInvalid);
        else complain(key, std::string("A sweep has no such key; there are: ") + kKnownKeys + ".");
    }

    void readText(const std::string& key, const Json& json, std::string& to) {
        if (json.is_string() && !json.get<std::string>().empty()) to = json.get<std::string>();
        else complain(key, "Give a text.");
    }

    void readFlag(const std::string& key, const Json& json, bool& to) {
        if (json.is_boolean()) to = json.get<bool>();
        else complain(key, "Use true or false.");
    }

    void readWhole(const std::string& key, const Json& json, std::int64_t& to) {
        if (const auto number = wholeNumber(json)) to = *number;
        else complain(key, jsonText(json) + " is not a whole number.");
    }

    void readRungs(const Json& json, SweepPlan& plan) {
        plan.rungs.clear();
        for (const Json& entry : json.is_array() ? json : Json::array())
            if (const auto epochs = wholeNumber(entry)) plan.rungs.push_back(*epochs);
        if (plan.rungs.empty() || plan.rungs.size() != json.size())
            complain("rungs", "Give a list of epochs, as in [1, 3, 9].");
    }

    template <typename Words, typename Enum>
    void readWord(const std::string& key, const Json& json, const Words& words, Enum& to) {
        std::string known;
        for (const auto& word : words) {
            if (json == word.text) {
                to = word.value;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(word.text);
        }
        complain(key, jsonText(json) + " is none of its choices: " + known + ".");
    }

    void readAxes(const Json& json, SweepPlan& plan) {
        if (!json.is_object()) {
            complain("vary", "Give an object of hyperparameters, {\"model.layers\": [2, 4]}.");
            return;
        }
        for (const auto& [key, value] : json.items()) {
            const Field* field = findField(key);
            if (field == nullptr) {
                complain(key, unknownKeyText(key));
                continue;
            }
            try {
                plan.axes.push_back(value.is_object() ? rangeFrom(*field, value) : listFrom(*field, value));
            } catch (const InvalidInput& fault) {
                take(fault, key);
            }
        }
    }

    static SweepAxis listFrom(const Field& field, const Json& json) {
        if (!json.is_array())
            throw InvalidInput(Issues{{field.key, "Give a list of values, or {\"range\": [from, to]} or "
                                                  "{\"log_range\": [from, to]}."}});
        SweepAxis axis;
        axis.key = field.key;
        for (const Json& entry : json) axis.values.push_back(sweepValueFromJson(field, entry));
        return axis;
    }

    static SweepAxis rangeFrom(const Field& field, const Json& json) {
        SweepAxis axis;
        axis.key = field.key;
        int ranges = 0;
        const auto fail = [&](const std::string& what) { throw InvalidInput(Issues{{field.key, what}}); };
        for (const auto& [key, value] : json.items()) {
            if (key == "range" || key == "log_range") {
                ++ranges;
                axis.scale = key == "range" ? SweepScale::Range : SweepScale::LogRange;
                if (!value.is_array() || value.size() != 2 || !value[0].is_number() || !value[1].is_number())
                    fail("A range is a list of two numbers, [from, to].");
                axis.from = value[0].get<double>();
                axis.to = value[1].get<double>();
            } else if (key == "step") {
                if (!value.is_number() || value.get<double>() <= 0) fail("The step must be a number above 0.");
                axis.step = value.get<double>();
            } else if (key == "count") {
                const auto count = wholeNumber(value);
                if (!count || *count < 1) fail("The count must be a whole number, at least 2.");
                axis.count = *count;
            } else {
                fail("\"" + key + "\" says nothing about a range: use range or log_range, step and count.");
            }
        }
        if (ranges != 1) fail("Give one range or log_range, as in {\"range\": [1, 4], \"step\": 1}.");
        return axis;
    }
};

Json axisJson(const SweepAxis& axis) {
    if (axis.scale == SweepScale::List) {
        Json list = Json::array();
        for (const Value& value : axis.values) list.push_back(sweepValueJson(value));
        return list;
    }
    Json json;
    json[axis.scale == SweepScale::Range ? "range" : "log_range"] = {axis.from, axis.to};
    if (axis.step != 0) json["step"] = axis.step;
    if (axis.count != 0) json["count"] = axis.count;
    return json;
}

}  // namespace

Json sweepValueJson(const Value& value) {
    return std::visit([](const auto& held) { return Json(held); }, value);
}

Value sweepValueFromJson(const Field& field, const Json& json) {
    const auto dot = field.key.find('.');
    const Json whole = {{field.key.substr(0, dot), {{field.key.substr(dot + 1), json}}}};
    return field.get(fromJson(jsonText(whole)));
}

Json sweepPlanJson(const SweepPlan& plan) {
    Json json;
    json["name"] = plan.name;
    json["config"] = Json::parse(toJson(plan.base));
    json["vary"] = Json::object();
    for (const SweepAxis& axis : plan.axes) json["vary"][axis.key] = axisJson(axis);
    json["strategy"] = textOf(kStrategies, plan.strategy);
    if (plan.strategy != SweepStrategy::Grid) json["count"] = plan.count;
    json["seed"] = plan.seed;
    if (!plan.rungs.empty()) json["rungs"] = plan.rungs;
    json["objective"] = textOf(kObjectives, plan.objective);
    json["order"] = textOf(kOrders, plan.order);
    json["skip_invalid"] = plan.skipInvalid;
    return json;
}

SweepPlan sweepPlanFromJson(std::string_view text, const std::string& name) {
    const Json json = parseStrictJson(text);
    if (!json.is_object()) throw InvalidInput("A sweep must be a JSON object, {\"preset\": …, \"vary\": {…}, …}.");
    return Reader(json).read(name);
}

SweepPlan loadSweepPlan(const std::filesystem::path& path) {
    const std::string text = readTextFile(path);
    try {
        return sweepPlanFromJson(text, path.stem().string());
    } catch (const InvalidInput& fault) {
        if (fault.issues().empty()) throw InvalidInput(path.string() + ": " + fault.what());
        Issues issues = fault.issues();
        issues.insert(issues.begin(), {"", "Correct this in " + path.string() + ":"});
        throw InvalidInput(std::move(issues));
    }
}

std::string toJson(const SweepPlan& plan) { return jsonText(sweepPlanJson(plan), 2) + "\n"; }

}  // namespace vit
