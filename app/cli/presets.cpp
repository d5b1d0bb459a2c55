// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli presets: the configurations one can start from.
#include "core/base/json_text.h"
#include "core/config/presets.h"

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/config/derived.h"
#include "core/config/schema.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

std::int64_t parametersOf(const Preset& preset) {
    return derive(preset.config, {.channels = 3, .classes = preset.classes}).parameters;
}

void printJson() {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Preset& preset : presets()) {
        all.push_back({{"name", preset.name},
                       {"title", preset.title},
                       {"parameters", parametersOf(preset)},
                       {"classes", preset.classes},
                       {"description", preset.description},
                       {"config", nlohmann::ordered_json::parse(toJson(preset.config))}});
    }
    std::cout << jsonText(all, 2) << '\n';
}

void printText() {
    for (const Preset& preset : presets()) {
        std::cout << preset.name << "  (" << preset.title << ", " << grouped(parametersOf(preset))
                  << " parameters, data " << preset.config.data.name << ")\n    " << preset.description << "\n";
    }
}

}  // namespace

void addPresetsCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("presets", "List the presets: complete configurations under a name");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "As JSON, with each preset's configuration");
    command->callback([json] { *json ? printJson() : printText(); });
}

}  // namespace vit::cli
