// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli presets: the configurations one can start from.
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/config/presets.h"

#include "app/cli/commands.h"
#include "core/config/derived.h"
#include "core/config/schema.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace vit::cli {

namespace {

std::int64_t parametersOf(const Preset& preset) {
    return derive(preset.config, {.channels = 3, .classes = preset.classes}).parameters;
}

nlohmann::ordered_json jsonOf(const PresetEntry& entry) {
    return {{"name", entry.name},
            {"title", entry.title},
            {"for", aimTitle(entry.aim)},
            {"description", entry.description},
            {"starts_from_weights", isTuningPreset(entry.name)}};
}

void printJson() {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const PresetEntry* entry : presetMenu()) {
        nlohmann::ordered_json row = jsonOf(*entry);
        if (!isTuningPreset(entry->name)) {
            const Preset& whole = preset(entry->name);
            row["parameters"] = parametersOf(whole);
            row["classes"] = whole.classes;
            row["config"] = nlohmann::ordered_json::parse(toJson(whole.config));
        }
        all.push_back(std::move(row));
    }
    std::cout << jsonText(all, 2) << '\n';
}

std::string sizeText(const PresetEntry& entry) {
    if (isTuningPreset(entry.name)) return "needs --start-from RUN";
    const Preset& whole = preset(entry.name);
    return groupedText(parametersOf(whole)) + " parameters, data " + whole.config.data.name;
}

void printText() {
    std::optional<PresetAim> aim;
    for (const PresetEntry* entry : presetMenu()) {
        if (entry->aim != aim) std::cout << (aim ? "\n" : "") << aimTitle(entry->aim) << ":\n";
        aim = entry->aim;
        std::cout << "  " << entry->name << "  (" << entry->title << ", " << sizeText(*entry) << ")\n    " << entry->description
                  << "\n";
    }
}

}  // namespace

void addPresetsCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("presets", "List the presets: configurations under a name, by what they are for");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "As JSON, with the configuration of each that has one");
    command->callback([json] { *json ? printJson() : printText(); });
}

}  // namespace vit::cli
