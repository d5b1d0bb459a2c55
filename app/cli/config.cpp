// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli config: the reference of all hyperparameters, or a configuration as JSON.
#include "app/cli/commands.h"
#include "app/cli/config_options.h"
#include "core/config/schema.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace vit::cli {

void addConfigCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "config",
        "Print the reference of all hyperparameters; with --preset, --config or --set: that configuration as JSON");
    auto options = std::make_shared<ConfigOptions>();
    options->addTo(*command);
    command->callback([options] {
        if (options->given()) {
            std::cout << toJson(options->resolve()) << '\n';
        } else {
            std::cout << referenceText();
        }
    });
}

}  // namespace vit::cli
