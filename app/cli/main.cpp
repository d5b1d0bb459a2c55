// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli: the engine without a window. Exit codes: 0 done, 1 failure, 2 wrong use or input.
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/device/device.h"

#include <CLI/CLI.hpp>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

constexpr int kFailure = 1;
constexpr int kWrongInput = 2;

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "vit-cli: %s\n", message.c_str());
    return code;
}

// --help and --version arrive as errors too, with 0.
int wrongUse(const CLI::App& app, const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : kWrongInput; }

int run(int argc, char** argv) {
    CLI::App app{"Train a Vision Transformer and look inside it, from the command line.", "vit-cli"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "vit-cli " VIT_VERSION ", " + vit::libraryVersions());
    app.footer("Exit codes: 0 done, 1 failure, 2 wrong use or input. Help on a command: vit-cli COMMAND --help");
    vit::cli::addPresetsCommand(app);
    vit::cli::addConfigCommand(app);
    vit::cli::addDataCommand(app);
    vit::cli::addTrainCommand(app);
    vit::cli::addEvaluateCommand(app);
    vit::cli::addPredictCommand(app);
    vit::cli::addFinetuneCommand(app);
    vit::cli::addInspectCommand(app);
    vit::cli::addPatchesCommand(app);
    vit::cli::addRunsCommand(app);
    vit::cli::addSweepCommand(app);
    vit::cli::addCompareReferenceCommand(app);
    vit::cli::addImportCommand(app);
    vit::cli::addExportCommand(app);
    vit::cli::addFilmCommand(app);
    vit::cli::addJobCommand(app);
    vit::cli::addDevicesCommand(app);
    vit::cli::addCheckCommand(app);
    vit::cli::addBenchCommand(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // The parser misses a command before it looks at what stands in its place.
        const std::vector<std::string> unknown = app.remaining(true);
        if (unknown.empty()) return wrongUse(app, error);
        return fail(kWrongInput,
                    "There is no command \"" + unknown.front() + "\"; vit-cli --help lists those there are.");
    } catch (const CLI::ParseError& error) {
        return wrongUse(app, error);
    }
    return 0;
}

int runAndTellFaults(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const vit::InvalidInput& error) {
        return fail(kWrongInput, error.what());
    } catch (const std::exception& error) {
        return fail(kFailure, error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_CTYPE, "");  // tells whether the terminal takes Unicode; numbers keep their decimal point
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a fault to be told like a disk that is full
    vit::tuneAllocator();
    vit::endProcess(runAndTellFaults(argc, argv));
}
