// SPDX-License-Identifier: GPL-3.0-or-later
// A configuration as a JSON file: one object for each group of the schema.
#include "core/base/json_text.h"
#include "core/config/field_check.h"
#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

struct SplitKey {
    std::string section;  // "model"
    std::string name;     // "patch_size"
};

SplitKey splitKey(const Field& field) {
    const auto dot = field.key.find('.');
    return {field.key.substr(0, dot), field.key.substr(dot + 1)};
}

std::optional<std::int64_t> wholeNumber(const Json& json) {
    if (!json.is_number_integer()) return std::nullopt;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMost) return std::nullopt;
    return json.get<std::int64_t>();
}

std::optional<Value> wholeNumbers(const Json& json) {
    if (!json.is_array()) return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const Json& entry : json) {
        const auto number = wholeNumber(entry);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    return Value(std::move(numbers));
}

std::optional<Value> valueOf(const Field& field, const Json& json) {
    switch (field.kind) {
        case FieldKind::Boolean:
            if (json.is_boolean()) return Value(json.get<bool>());
            break;
        case FieldKind::Integer:
            if (const auto number = wholeNumber(json)) return Value(*number);
            break;
        case FieldKind::Real:
            if (json.is_number()) return Value(json.get<double>());
            break;
        case FieldKind::Choice:
        case FieldKind::Text:
            if (json.is_string()) return Value(json.get<std::string>());
            break;
        case FieldKind::IntegerList: return wholeNumbers(json);
    }
    return std::nullopt;
}

void readField(const std::string& key, const Json& json, Config& config, Issues& issues) {
    const Field* field = findField(key);
    if (!field) {
        issues.push_back({key, unknownKeyText(key)});
        return;
    }
    const auto value = valueOf(*field, json);
    if (!value) {
        issues.push_back({key, jsonText(json) + " is not " + kindText(*field) + ": use " + rangeText(*field) + "."});
    } else if (const auto problem = rangeProblem(*field, *value)) {
        issues.push_back({key, *problem});
    } else {
        field->set(config, *value);
    }
}

std::vector<std::string> sections() {
    std::vector<std::string> names;
    for (const Field& field : schema()) {
        const std::string section = splitKey(field).section;
        if (names.empty() || names.back() != section) names.push_back(section);
    }
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void readSection(const std::string& section, const Json& json, Config& config, Issues& issues) {
    const auto known = sections();
    if (std::find(known.begin(), known.end(), section) == known.end()) {
        issues.push_back({section, "There is no such group of hyperparameters; there are: " + joined(known) + "."});
    } else if (!json.is_object()) {
        issues.push_back({section, "This must be an object with the hyperparameters of its group."});
    } else {
        const std::string prefix = section + ".";
        for (const auto& [name, value] : json.items()) readField(prefix + name, value, config, issues);
    }
}

}  // namespace

std::string toJson(const Config& config) {
    Json json;
    for (const Field& field : schema()) {
        const SplitKey key = splitKey(field);
        std::visit([&](const auto& value) { json[key.section][key.name] = value; }, field.get(config));
    }
    return jsonText(json, 2) + "\n";
}

Config fromJson(std::string_view text, const Config& base) {
    const Json json = parseStrictJson(text);
    if (!json.is_object()) throw InvalidInput("A configuration must be a JSON object, {\"model\": {…}, …}.");
    Config config = base;
    Issues issues;
    for (const auto& [section, value] : json.items()) readSection(section, value, config, issues);
    if (!issues.empty()) throw InvalidInput(std::move(issues));
    return config;
}

Config loadConfig(const std::string& path, const Config& base) {
    const std::string text = readTextFile(path);
    try {
        return fromJson(text, base);
    } catch (const InvalidInput& fault) {
        if (fault.issues().empty()) throw InvalidInput(path + ": " + fault.what());
        Issues issues = fault.issues();
        issues.insert(issues.begin(), {"", "Correct these values in " + path + ":"});
        throw InvalidInput(std::move(issues));
    }
}

}  // namespace vit
