// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli check: whether this program computes what it should on this computer, and how fast.
#include "app/cli/commands.h"
#include "app/cli/device_option.h"
#include "app/cli/interrupt.h"
#include "app/cli/status_line.h"
#include "core/base/error.h"
#include "core/check/check.h"
#include "core/io/atomic_file.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace vit::cli {

namespace {

struct CheckOptions {
    std::optional<DeviceChoice> device;
    CheckRequest request;
    std::string out;
    bool quick = false;
    bool json = false;
};

void run(const CheckOptions& options) {
    CheckRequest request = options.request;
    request.device = options.device.value_or(DeviceChoice::Auto);
    request.speed = !options.quick;
    const InterruptGuard interrupt;
    StatusLine status(stderr);
    const CheckReport report =
        checkComputer(request, [&](const std::string& what, std::int64_t done, std::int64_t total) {
            status.status("Check " + std::to_string(std::min(done + 1, total)) + " of " + std::to_string(total) + ": " +
                          what);
            return !interrupt.requested();
        });
    status.clear();
    std::cout << (options.json ? toJson(report) : toText(report));
    if (!options.out.empty())
        writeFileAtomically(options.out, options.out.ends_with(".json") ? toJson(report) : toText(report));
    if (!report.holds()) throw Error(report.verdict());
}

}  // namespace

void addCheckCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "check", "Test what this computer computes, beside plain arithmetic in double precision, and how fast it is");
    auto options = std::make_shared<CheckOptions>();
    addDeviceOption(*command, options->device, "auto, cpu or cuda: what is checked");
    command->add_option("--threads", options->request.threads, "CPU threads; without it, one for each core")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--quick", options->quick, "Results only, no speed");
    command->add_option("--only", options->request.only,
                        "Only these checks, by the names in the table; \"dropout\" means all that begin with it");
    command->add_option("--spoil", options->request.spoil,
                        "Falsify what the device has computed for this check: shows that it can fail");
    command->add_flag("--json", options->json, "As one JSON object");
    command->add_option("--out", options->out, "Write it to a file as well, to be attached to a report: JSON if the name ends in .json, else text");
    command->footer("Exit codes: 0 all that applies here holds, 1 something does not, 2 wrong use.");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
