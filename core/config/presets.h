// SPDX-License-Identifier: GPL-3.0-or-later
// Configurations under a name, each a starting point for one's own: complete ones, and ways in which a trained model learns on.
#pragma once

#include "core/config/config.h"
#include "core/config/tuning.h"

#include <string>
#include <string_view>
#include <vector>

namespace vit {

// What one wants a preset for, in the order in which they are offered.
enum class PresetAim { Beginning, OwnPhotos, Laptop, GraphicsCard, Trial };
const char* aimTitle(PresetAim aim);  // "From scratch on a laptop"

// What is said of a preset where one is chosen.
struct PresetEntry {
    std::string name;         // "keras-example"
    std::string title;        // "Published Keras example"
    PresetAim aim;
    std::string description;  // what it is for and how long it takes
};

// A whole configuration.
struct Preset : PresetEntry {
    Config config;
    std::int64_t classes;  // of the data set it names: lets the parameters be counted without the data
};

// How a trained model learns on, whichever it is: for runs that begin with its weights.
struct TuningPreset : PresetEntry {
    Tuning tuning;
};

const std::vector<Preset>& presets();
const std::vector<TuningPreset>& tuningPresets();
std::vector<const PresetEntry*> presetMenu();  // both, by what they are for

// Throws InvalidInput listing the names; of a tuning preset with what it needs, as it is no configuration by itself.
const Preset& preset(std::string_view name);
bool isTuningPreset(std::string_view name);
const PresetEntry& presetEntry(std::string_view name);  // of both kinds; throws InvalidInput listing the names

// The preset's configuration; of a tuning preset that of the model, `current`, with all but model, head and data set by it.
// Early stopping needs validation images, and is set where `current` has some. Throws as presetEntry().
Config applied(std::string_view name, const Config& current);

}  // namespace vit
