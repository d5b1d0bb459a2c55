// SPDX-License-Identifier: GPL-3.0-or-later
// The whole table of hyperparameters, put together from its groups, and how a row is found by its key.
#include "core/config/schema.h"

#include "core/config/schema_parts.h"

#include <algorithm>
#include <unordered_map>

namespace vit {

namespace {

struct Group {
    const char* name;
    std::vector<Field> (*fields)();
};

constexpr Group kGroups[] = {
    {"Data", schema_parts::dataFields},           {"Augmentation", schema_parts::augmentationFields},
    {"Model", schema_parts::modelFields},         {"Head", schema_parts::headFields},
    {"Loss", schema_parts::lossFields},           {"Optimizer", schema_parts::optimizerFields},
    {"Schedule", schema_parts::scheduleFields},   {"Run", schema_parts::runFields},
};

std::vector<Field> assembled() {
    std::vector<Field> all;
    for (const Group& group : kGroups) {
        for (Field& field : group.fields()) {
            field.group = group.name;
            all.push_back(std::move(field));
        }
    }
    return all;
}

}  // namespace

const std::vector<Field>& schema() {
    static const std::vector<Field> fields = assembled();
    return fields;
}

const std::vector<std::string>& schemaGroups() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Group& group : kGroups) list.emplace_back(group.name);
        return list;
    }();
    return names;
}

bool matters(const Field& field, const Config& config) {
    if (field.only.key.empty()) return true;
    const Field& other = *findField(field.only.key);
    if (!matters(other, config)) return false;
    if (other.kind == FieldKind::Integer) return std::get<std::int64_t>(other.get(config)) > 0;
    return std::ranges::find(field.only.values, toText(other, other.get(config))) != field.only.values.end();
}

std::string onlyText(const Field& field) {
    if (field.only.key.empty()) return {};
    const Field& other = *findField(field.only.key);
    if (other.kind == FieldKind::Boolean)
        return "Only with " + other.label + (field.only.values.front() == "true" ? " on." : " off.");
    if (other.kind == FieldKind::Integer) return "Only with " + other.label + " above 0.";
    std::string text = other.label + ": ";
    for (std::size_t i = 0; i < field.only.values.size(); ++i) {
        if (i > 0) text += i + 1 == field.only.values.size() ? " or " : ", ";
        text += std::ranges::find(other.choices, field.only.values[i], &Choice::value)->label;
    }
    return "Only with " + text + '.';
}

const Field* findField(std::string_view key) {
    static const std::unordered_map<std::string_view, const Field*> byKey = [] {
        std::unordered_map<std::string_view, const Field*> map;
        for (const Field& field : schema()) map.emplace(field.key, &field);
        return map;
    }();
    const auto found = byKey.find(key);
    return found == byKey.end() ? nullptr : found->second;
}

}  // namespace vit
