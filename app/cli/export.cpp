// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli export: a run's curves, results and weights as files that other programs read.
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "core/base/error.h"
#include "core/export/run_export.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct ExportOptions {
    std::string run;
    bool allRuns = false;
    std::string format;  // the name of an ExportKind
    std::string out;
    bool force = false;
};

ExportResult exportAll(const ExportOptions& options, Existing existing) {
    if (options.format != "csv") {
        throw InvalidInput(
            "--all-runs makes one table of many runs, which is CSV only: give --format csv, or name one run.");
    }
    const std::vector<RunSummary> runs = RunStore().list();
    if (runs.empty()) throw InvalidInput("There are no runs in " + RunStore().folder().string() + " yet.");
    return exportRunTable(runs, options.out, existing);
}

ExportResult exportOne(const ExportOptions& options, Existing existing) {
    const auto kind = std::find_if(exportKinds().begin(), exportKinds().end(),
                                   [&](const ExportKind& entry) { return entry.name == options.format; });
    return exportRun(findRun(options.run).folder, kind->format, options.out, existing);
}

void run(const ExportOptions& options) {
    const Existing existing = options.force ? Existing::Replace : Existing::Keep;
    const ExportResult result = options.allRuns ? exportAll(options, existing) : exportOne(options, existing);
    for (const auto& file : result.files) std::cout << "Written: " << file.string() << '\n';
    if (!result.note.empty()) std::cout << result.note << '\n';
}

}  // namespace

void addExportCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("export", "Take a run's curves, results or weights to other programs");
    auto options = std::make_shared<ExportOptions>();
    CLI::Option* name = command->add_option("run", options->run, kRunHelp);
    command->add_flag("--all-runs", options->allRuns, "With --format csv: one table with a row for each run")
        ->excludes(name);
    std::vector<std::string> names;
    std::string help;
    for (const ExportKind& kind : exportKinds()) {
        names.push_back(kind.name);
        help += (help.empty() ? "" : "\n") + kind.name + ": " + kind.help;
    }
    command->add_option("--format", options->format, help)
        ->required()
        ->check(CLI::IsMember(names).description(""))
        ->type_name("FORMAT");
    command->add_option("--out", options->out, "The file to write; for tensorboard, a folder")->required();
    command->add_flag("--force", options->force, "Replace files that are there already");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
