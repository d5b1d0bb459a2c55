// SPDX-License-Identifier: GPL-3.0-or-later
// --device auto|cpu|cuda.
#pragma once

#include "core/config/config.h"

#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
}

namespace vit::cli {

CLI::Option* addDeviceOption(CLI::App& command, std::optional<DeviceChoice>& device, const std::string& help);

}  // namespace vit::cli
