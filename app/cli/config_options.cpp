// SPDX-License-Identifier: GPL-3.0-or-later
// --preset, --config and --set: the options with which a command is told a configuration.
#include "app/cli/config_options.h"

#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

namespace vit::cli {

namespace {

constexpr const char* kDefaultPreset = "first-steps";

}  // namespace

void ConfigOptions::addTo(CLI::App& command) {
    command.add_option(
        "--preset", preset,
        "Start from this preset (vit-cli presets lists them); without it: " + std::string(kDefaultPreset));
    command.add_option("--config", file, "Read hyperparameters from this JSON file; what it leaves out is the preset's")
        ->check(CLI::ExistingFile);
    command
        .add_option("--set", assignments,
                    "Set one hyperparameter, e.g. --set model.layers=4 (vit-cli config lists them)")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);  // one value each, so that it may stand before a positional argument
}

bool ConfigOptions::tunes() const { return isTuningPreset(preset); }

Config ConfigOptions::resolve(const std::optional<Config>& model) const {
    const std::string name = preset.empty() ? kDefaultPreset : preset;
    Config config = model ? applied(name, *model) : vit::preset(name).config;
    if (!file.empty()) config = loadConfig(file, config);
    for (const std::string& assignment : assignments) assign(config, assignment);
    if (Issues issues = validate(config); !issues.empty()) throw InvalidInput(std::move(issues));
    return config;
}

bool ConfigOptions::saysHowToValidate() const {
    return !file.empty() || std::ranges::any_of(assignments, [](const std::string& assignment) {
        return assignment.starts_with("data.validation_");
    });
}

std::string ConfigOptions::label() const {
    if (!file.empty()) return std::filesystem::path(file).stem().string();
    return preset.empty() ? kDefaultPreset : preset;
}

}  // namespace vit::cli
