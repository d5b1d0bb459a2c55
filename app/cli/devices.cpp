// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli devices: what this computer can train on.
#include "core/base/number_text.h"
#include "core/device/device.h"

#include "app/cli/commands.h"
#include "app/cli/text.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace vit::cli {

void addDevicesCommand(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("devices", "List the devices that can train, and what \"auto\" would choose");
    command->callback([] {
        std::vector<std::vector<std::string>> rows = {{"run.device", "Name", "Memory", "bf16 arithmetic"}};
        for (const DeviceInfo& device : availableDevices()) {
            rows.push_back({device.choice == DeviceChoice::Cuda ? "cuda" : "cpu", device.name,
                            device.memoryBytes > 0 ? bytesText(device.memoryBytes) : "-",
                            device.bfloat16 ? "yes" : "no"});
        }
        const DeviceSelection automatic = selectDevice({.device = DeviceChoice::Auto, .precision = Precision::Auto});
        std::cout << table(rows) << "\nLeft to itself, a run takes: " << automatic.deviceText << "; "
                  << automatic.precisionText << '\n'
                  << libraryVersions() << '\n';
    });
}

}  // namespace vit::cli
