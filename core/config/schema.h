// SPDX-License-Identifier: GPL-3.0-or-later
// The one table of hyperparameters: it drives the form, the command line, the JSON file, validation and the reference.
#pragma once

#include "core/base/error.h"
#include "core/config/config.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vit {

enum class FieldKind { Boolean, Integer, Real, Choice, Text, IntegerList };

// A field's value; Choice and Text are strings, IntegerList e.g. {128, 64}.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

struct Choice {
    std::string value;  // as in JSON and on the command line, e.g. "flatten"
    std::string label;  // as in the form, e.g. "Flatten"
    std::string help;
};

// The choices of another row with which a row has an effect, where that one has an effect itself.
struct Only {
    std::string key;                  // of a Choice, Boolean or Integer; empty: always
    std::vector<std::string> values;  // "true" or "false" of a Boolean; none of an Integer: any above 0
};

struct Field {
    std::string key;    // "model.patch_size"; the part before the dot is the JSON object
    std::string group;  // "Model": the form's section
    std::string label;  // "Patch size"
    std::string unit;   // "px", "epochs", …; empty if none
    std::string help;   // one or two sentences
    FieldKind kind;
    double minimum = 0;  // of Integer, Real and each entry of IntegerList, inclusive
    double maximum = 0;
    double step = 1;               // a sensible step of a spin box
    std::vector<Choice> choices;   // of Choice; suggestions of Text (free text is allowed)
    Only only;
    std::function<Value(const Config&)> get;
    std::function<void(Config&, const Value&)> set;  // the value must hold the kind's alternative
};

const std::vector<Field>& schema();
const std::vector<std::string>& schemaGroups();     // in the order of the form
const Field* findField(std::string_view key);        // nullptr if there is none

// "0.001", "true", "128, 64", "flatten": what a person reads and types.
std::string toText(const Field& field, const Value& value);
// The inverse; throws InvalidInput with one issue of this field when the text is no such value or out of range.
Value parseText(const Field& field, std::string_view text);
// "1 to 4,096 px" or "flatten, gap or class-token": for help and messages.
std::string rangeText(const Field& field);

// Whether the field has an effect with this configuration.
bool matters(const Field& field, const Config& config);
// "Only with the optimizer SGD or Muon."; empty where it always has one.
std::string onlyText(const Field& field);

// `--set key=value`; throws InvalidInput (unknown key: names the nearest one).
void assign(Config& config, std::string_view keyEqualsValue);

// Every rule of one field and across fields, in the order of the schema; empty if the configuration can be trained.
// Rules that need the data set itself (its size) are checked when it is opened.
Issues validate(const Config& config);

// JSON: one object per group prefix. Missing keys keep `base`'s value; unknown keys, wrong types and values out of
// range throw InvalidInput naming every offender.
std::string toJson(const Config& config);
Config fromJson(std::string_view json, const Config& base = {});
Config loadConfig(const std::string& path, const Config& base = {});

// The printed reference of all hyperparameters (`vit-cli config`).
std::string referenceText();

}  // namespace vit
