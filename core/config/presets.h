// SPDX-License-Identifier: GPL-3.0-or-later
// Complete configurations under a name, each a starting point for one's own.
#pragma once

#include "core/config/config.h"

#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct Preset {
    std::string name;         // "keras-example"
    std::string title;        // "Published Keras example"
    std::string description;  // what it is for and how long it takes
    Config config;
    std::int64_t classes;     // of the data set it names: lets the parameters be counted without the data
};

const std::vector<Preset>& presets();
const Preset& preset(std::string_view name);  // throws InvalidInput listing the names

}  // namespace vit
