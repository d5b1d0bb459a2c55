// SPDX-License-Identifier: GPL-3.0-or-later
// The schema's rows by group, and how a row is tied to its member of Config. For schema*.cpp only.
#pragma once

#include "core/config/schema.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace vit::schema_parts {

std::vector<Field> dataFields();
std::vector<Field> augmentationFields();
std::vector<Field> modelFields();
std::vector<Field> headFields();
std::vector<Field> lossFields();
std::vector<Field> optimizerFields();
std::vector<Field> scheduleFields();
std::vector<Field> runFields();

template <typename T>
constexpr FieldKind kindOf() {
    if constexpr (std::is_same_v<T, bool>) return FieldKind::Boolean;
    if constexpr (std::is_same_v<T, std::int64_t>) return FieldKind::Integer;
    if constexpr (std::is_same_v<T, double>) return FieldKind::Real;
    if constexpr (std::is_same_v<T, std::string>) return FieldKind::Text;
    if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) return FieldKind::IntegerList;
}

// The row as given, with its kind and its way to the member.
template <typename Part, typename T>
Field tied(Field field, Part Config::*part, T Part::*member) {
    field.kind = kindOf<T>();
    field.get = [part, member](const Config& config) -> Value { return config.*part.*member; };
    field.set = [part, member](Config& config, const Value& value) { config.*part.*member = std::get<T>(value); };
    return field;
}

template <typename Enum>
struct EnumChoice {
    Enum value;
    Choice choice;
};

template <typename Part, typename Enum>
Field tied(Field field, Part Config::*part, Enum Part::*member, std::vector<EnumChoice<Enum>> choices) {
    field.kind = FieldKind::Choice;
    for (const auto& entry : choices) field.choices.push_back(entry.choice);
    field.get = [part, member, choices](const Config& config) -> Value {
        const auto found = std::find_if(choices.begin(), choices.end(),
                                        [&](const auto& entry) { return entry.value == config.*part.*member; });
        return found == choices.end() ? std::string() : found->choice.value;
    };
    field.set = [part, member, choices, key = field.key](Config& config, const Value& value) {
        const auto& text = std::get<std::string>(value);
        const auto found = std::find_if(choices.begin(), choices.end(),
                                        [&](const auto& entry) { return entry.choice.value == text; });
        if (found == choices.end()) throw InvalidInput(Issues{{key, "\"" + text + "\" is none of its choices."}});
        config.*part.*member = found->value;
    };
    return field;
}

}  // namespace vit::schema_parts
