// SPDX-License-Identifier: GPL-3.0-or-later
// --preset, --config and --set: the options with which a command is told a configuration.
#pragma once

#include "core/config/config.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vit::cli {

struct ConfigOptions {
    std::string preset;
    std::string file;
    std::vector<std::string> assignments;

    void addTo(CLI::App& command);
    bool given() const { return !preset.empty() || !file.empty() || !assignments.empty(); }

    // The preset (first-steps if none is named), with the file's keys over it, and the assignments over these. `model` is the
    // configuration of the model whose weights the run begins with: of a preset that tells only how it learns on.
    // Throws InvalidInput for anything that could not be trained.
    Config resolve(const std::optional<Config>& model = {}) const;
    bool tunes() const;  // such a preset is named
    // Whether anybody has said by which images an epoch is judged: a file, which is somebody's whole experiment, or --set.
    bool saysHowToValidate() const;
    std::string label() const;  // for a run's name: the preset's name or the file's
};

}  // namespace vit::cli
