// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli sweep: many runs of one experiment with some of its hyperparameters varied.
#include "app/cli/commands.h"
#include "app/cli/sweep_run.h"
#include "app/cli/sweep_text.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/sweeps/sweep_folder.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSweepHelp = "Name or folder of a sweep; without it, the last one";

struct SweepOptions {
    std::string file;
    std::string out;
    std::string sweep;
    std::int64_t count = 0;
    int trial = 0;
    std::int64_t position = 1;
    bool retryFailed = false;
    bool json = false;
};

SweepFolder findSweep(const std::string& nameOrFolder) {
    const fs::path sweeps = SweepFolder::defaultFolder();
    if (nameOrFolder.empty()) {
        const std::vector<SweepFolder> all = SweepFolder::list(sweeps);
        if (!all.empty()) return all.front();
        throw InvalidInput("There is no sweep in " + sweeps.string() + " yet. Start one: vit-cli sweep run FILE");
    }
    for (const fs::path& folder : {sweeps / nameOrFolder, fs::path(nameOrFolder)})
        if (fs::exists(folder / "sweep.json")) return SweepFolder(folder);
    throw InvalidInput("There is no sweep \"" + nameOrFolder + "\", neither in " + sweeps.string() +
                       " nor as a folder. vit-cli sweep list shows those there are.");
}

void plan(const SweepOptions& options) {
    const SweepPlan plan = loadSweepPlan(options.file);
    SweepPreview preview = previewSweep(plan);
    if (!preview.issues.empty()) throw InvalidInput(std::move(preview.issues));
    if (options.json) {
        std::cout << toJson(plan);
        return;
    }
    std::cout << planTable(preview) << '\n'
              << groupedText(static_cast<std::int64_t>(preview.trials.size())) << " trials";
    if (preview.leftOut > 0) std::cout << ", " << groupedText(preview.leftOut) << " combinations left out";
    if (plan.strategy == SweepStrategy::Halving) {
        std::cout << "; the best third goes on after epoch";
        const std::vector<std::int64_t> rungs = sweepRungs(plan);
        for (std::size_t i = 0; i + 1 < rungs.size(); ++i) std::cout << (i == 0 ? " " : ", ") << rungs[i];
    }
    std::cout << '\n';
}

void run(const SweepOptions& options) {
    const SweepPlan plan = loadSweepPlan(options.file);
    requireSweepData(startedSweep(plan));  // before there is a folder
    runSweep(options.out.empty() ? SweepFolder::createAmong(SweepFolder::defaultFolder(), plan)
                                 : SweepFolder::create(options.out, plan),
             options.json);
}

void resume(const SweepOptions& options) {
    const SweepFolder sweep = findSweep(options.sweep);
    if (options.retryFailed) sweep.update([](SweepState& state) { retryFailed(state); });
    runSweep(sweep, options.json);
}

void status(const SweepOptions& options) {
    const SweepFolder sweep = findSweep(options.sweep);
    const SweepState state = sweep.read();
    std::cout << (options.json ? statusJson(sweep, state) : statusTable(sweep, state)) << '\n';
}

void listSweeps() {
    std::vector<std::vector<std::string>> rows = {{"Name", "Trials", "Done", "Failed", "Objective", "Best"}};
    for (const SweepFolder& sweep : SweepFolder::list(SweepFolder::defaultFolder())) {
        const SweepState state = sweep.read();
        const SweepCounts counts = countTrials(state);
        rows.push_back({sweep.name(), std::to_string(state.trials.size()), std::to_string(counts.done),
                        std::to_string(counts.failed), objectiveName(state.plan.objective),
                        metricOf(state.plan.objective).text(trialValue(*bestFirst(state).front()))});
    }
    if (rows.size() > 1) std::cout << table(rows) << '\n';
    std::cout << "Sweeps lie in " << SweepFolder::defaultFolder().string() << '\n';
}

void add(const SweepOptions& options) {
    const SweepFolder sweep = findSweep(options.sweep);
    const SweepState state = sweep.update([&](SweepState& changed) { extendSweep(changed, options.count); });
    std::cout << sweep.name() << " has " << groupedText(static_cast<std::int64_t>(state.trials.size())) << " trials now"
              << (sweep.isRunning() ? "" : "; vit-cli sweep resume goes on with it") << '\n';
}

void move(const SweepOptions& options) {
    findSweep(options.sweep).update([&](SweepState& state) { moveTrial(state, options.trial, options.position); });
}

void pause(const SweepOptions& options) {
    const SweepFolder sweep = findSweep(options.sweep);
    if (!sweep.isRunning()) throw InvalidInput("The sweep " + sweep.name() + " is not being run: nothing to pause.");
    sweep.update([](SweepState& state) { state.paused = true; });
    std::cout << sweep.name() << " stops within a step and keeps everything; vit-cli sweep resume goes on with it\n";
}

CLI::App* addPart(CLI::App* sweep, const char* name, const char* help, const std::shared_ptr<SweepOptions>& options,
                  void (*action)(const SweepOptions&)) {
    CLI::App* command = sweep->add_subcommand(name, help);
    command->callback([options, action] { action(*options); });
    return command;
}

}  // namespace

void addSweepCommand(CLI::App& app) {
    CLI::App* sweep = app.add_subcommand("sweep", "Try many values of hyperparameters, one run after the other");
    sweep->require_subcommand(1);
    const auto options = std::make_shared<SweepOptions>();

    CLI::App* command =
        addPart(sweep, "plan", "Show the trials that a sweep's file stands for; runs nothing", options, plan);
    command->add_option("file", options->file, "The sweep's file")->required()->check(CLI::ExistingFile);
    command->add_flag("--json", options->json, "The plan with its whole configuration, as JSON");

    command = addPart(sweep, "run", "Start a sweep; Ctrl+C stops within a step and keeps everything", options, run);
    command->add_option("file", options->file, "The sweep's file")->required()->check(CLI::ExistingFile);
    command->add_option("--out", options->out, "Keep the sweep in this new folder instead of among the other sweeps");
    command->add_flag("--json", options->json, "One JSON object a line for every event, and nothing else");

    command =
        addPart(sweep, "resume", "Go on with a sweep that was stopped, killed, paused or extended", options, resume);
    command->add_option("sweep", options->sweep, kSweepHelp);
    command->add_flag("--retry-failed", options->retryFailed, "Try failed trials again");
    command->add_flag("--json", options->json, "One JSON object a line for every event, and nothing else");

    command = addPart(sweep, "status", "Show a sweep's trials, the best first", options, status);
    command->add_option("sweep", options->sweep, kSweepHelp);
    command->add_flag("--json", options->json, "As JSON");

    sweep->add_subcommand("list", "List the sweeps, the newest first")->callback(listSweeps);

    command = addPart(sweep, "add", "Draw more trials, also while the sweep is being run", options, add);
    command->add_option("sweep", options->sweep, kSweepHelp);
    command->add_option("--count", options->count, "How many")->required()->check(CLI::PositiveNumber);

    command = addPart(sweep, "move", "Move a trial in the queue, also while the sweep is being run", options, move);
    command->add_option("sweep", options->sweep, kSweepHelp);
    command->add_option("--trial", options->trial, "Its number")->required();
    command->add_option("--to", options->position, "Its new place; 1 is the front")->capture_default_str();

    command = addPart(sweep, "pause", "Have a sweep that is being run elsewhere stop", options, pause);
    command->add_option("sweep", options->sweep, kSweepHelp);
}

}  // namespace vit::cli
