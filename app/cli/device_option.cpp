// SPDX-License-Identifier: GPL-3.0-or-later
// --device auto|cpu|cuda.
#include "app/cli/device_option.h"

#include <CLI/CLI.hpp>

#include <map>

namespace vit::cli {

CLI::Option* addDeviceOption(CLI::App& command, std::optional<DeviceChoice>& device, const std::string& help) {
    const std::map<std::string, DeviceChoice> devices = {
        {"auto", DeviceChoice::Auto}, {"cpu", DeviceChoice::Cpu}, {"cuda", DeviceChoice::Cuda}};
    return command.add_option("--device", device, help)
        ->transform(CLI::CheckedTransformer(devices).description(""))
        ->type_name("DEVICE");
}

}  // namespace vit::cli
