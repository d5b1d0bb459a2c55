// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli train: a run from its configuration to its test accuracy.
#include "app/cli/chart.h"
#include "app/cli/commands.h"
#include "app/cli/config_options.h"
#include "app/cli/data_argument.h"
#include "app/cli/device_option.h"
#include "app/cli/image_files.h"
#include "app/cli/interrupt.h"
#include "app/cli/rank_options.h"
#include "app/cli/run_argument.h"
#include "app/cli/train_report.h"
#include "core/base/error.h"
#include "core/runs/run_files.h"
#include "core/runs/starting_config.h"
#include "core/session/follower.h"
#include "core/session/session.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace vit::cli {

namespace {

constexpr std::int64_t kFewSteps = 100;  // up to so many are worth a line each

struct TrainOptions {
    ConfigOptions config;
    std::string name;
    std::string runFolder;
    std::string resume;
    std::string startFrom;
    std::vector<std::string> probes;
    std::int64_t moreEpochs = 0;
    std::string schedule = "keep";
    std::optional<DeviceChoice> device;
    std::int64_t maxSteps = 0;
    bool test = false;
    bool verbose = false;
    bool json = false;
    bool chart = false;
    RankOptions ranks;
};

// How it ended; written on the worker's thread, read when the session has been waited for.
struct Outcome {
    std::optional<RunFinished> finished;
    std::optional<RunFailed> failed;

    void note(const Event& event) {
        if (const auto* result = std::get_if<RunFinished>(&event)) finished = *result;
        if (const auto* failure = std::get_if<RunFailed>(&event)) failed = *failure;
    }
};

// A file of weights, else a run by its name or folder, or the model that came with the program.
std::filesystem::path weightsArgument(const std::string& fileOrRun) {
    if (!fileOrRun.ends_with(".safetensors")) return findModel(fileOrRun);
    if (!run_files::isThere(fileOrRun)) throw InvalidInput("--start-from " + fileOrRun + " is not there");
    return fileOrRun;
}

TrainRequest requestFrom(const TrainOptions& options) {
    TrainRequest request;
    request.maxSteps = options.maxSteps;
    request.testAfterStop = options.test;
    if (!options.resume.empty()) {
        if (options.config.given() || !options.runFolder.empty() || !options.name.empty() ||
            !options.startFrom.empty()) {
            throw InvalidInput("--resume goes on with a run as it is: it takes no --preset, --config, --set, --name, "
                               "--run-dir or --start-from");
        }
        request.resumeFrom = findRun(options.resume).folder;
        request.extension = {options.moreEpochs,
                             options.schedule == "stretch" ? ScheduleEnd::Stretch : ScheduleEnd::Keep};
        request.device = options.device;
        return request;
    }
    if (!options.runFolder.empty() && !run_files::isFree(options.runFolder)) {
        throw InvalidInput("--run-dir " + options.runFolder + " is there and is not empty; name a new folder");
    }
    if (!options.startFrom.empty()) request.startFrom = weightsArgument(options.startFrom);
    const bool tunes = options.config.tunes() && !request.startFrom.empty();
    request.config = options.config.resolve(tunes ? std::optional(startingConfig(request.startFrom)) : std::nullopt);
    const DataInfo data = requireDataSet(request.config.data.name);
    if (!options.config.saysHowToValidate()) useOwnValidation(request.config.data, data);
    request.label = options.name.empty() ? options.config.label() : options.name;
    request.runFolder = options.runFolder;
    return request;
}

// Until the run has ended; the first Ctrl+C stops it within a step.
void waitFor(Session& session, const InterruptGuard& interrupt) {
    using namespace std::chrono_literals;
    bool stopping = false;
    while (session.busy()) {
        if (interrupt.requested() && !stopping) {
            stopping = true;
            std::cerr << "\nStopping after this step; what was trained is kept. Ctrl+C again quits at once.\n";
            session.requestStop();
        }
        std::this_thread::sleep_for(20ms);
    }
    session.wait();
}

TrainRequest requestFrom(const TrainOptions& options, const RankGroup* ranks) {
    const auto left = ranks != nullptr ? runLeftBehind(*ranks, options.runFolder) : std::filesystem::path();
    if (left.empty()) return requestFrom(options);
    TrainOptions again;
    again.resume = left.string();
    again.device = options.device;
    again.maxSteps = options.maxSteps;
    again.test = options.test;
    std::cerr << "The ranks were started again: the run goes on from its last checkpoint.\n";
    return requestFrom(again);
}

void run(const TrainOptions& options) {
    const std::shared_ptr<RankGroup> ranks = options.ranks.join();
    if (ranks && !ranks->leads()) return followRun(*ranks, options.ranks.dataFolder);
    TrainRequest request;
    try {
        request = requestFrom(options, ranks.get());
    } catch (const Error&) {
        RankLeader(ranks.get()).sendHome();
        throw;
    }
    std::vector<std::shared_ptr<const Image>> probes;
    for (const std::string& file : options.probes)
        probes.push_back(std::make_shared<const Image>(readImageArgument(file)));
    TrainReport report(options.verbose || (options.maxSteps > 0 && options.maxSteps <= kFewSteps));
    Outcome outcome;
    {
        const InterruptGuard interrupt;
        Session::Options place;
        place.ranks = ranks;
        Session session(std::move(place), [&](const Event& event) {
            outcome.note(event);
            if (options.json) {
                std::cout << toJson(event) << std::endl;
            } else {
                report.handle(event);
            }
        });
        session.setProbes(std::move(probes));
        session.train(std::move(request));
        waitFor(session, interrupt);
    }
    // A value that cannot be used is wrong input; one that turned out too large on the way, for the memory, is a
    // failure.
    const bool wrongInput = outcome.failed && !outcome.failed->keys.empty() && outcome.failed->runName.empty();
    if (wrongInput) throw InvalidInput(outcome.failed->text);
    if (outcome.failed) throw Error(outcome.failed->text);
    const bool begun = outcome.finished && !outcome.finished->runFolder.empty();  // or stopped while the data were read
    if (begun && ranks) ranks->meet();
    if (begun && options.chart) std::cout << runCharts(readCurves(outcome.finished->runFolder));
}

}  // namespace

void addTrainCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("train", "Train a model; Ctrl+C stops within a step and keeps everything");
    auto options = std::make_shared<TrainOptions>();
    options->config.addTo(*command);
    options->ranks.addTo(*command);
    command->add_option("--name", options->name, "Becomes part of the run's name; without it, the preset's name");
    command->add_option("--run-dir", options->runFolder,
                        "Keep the run in this new folder instead of among the other runs");
    CLI::Option* resume = command->add_option("--resume", options->resume,
                                              "Go on with this run where it was saved last, within an epoch too");
    command->add_option("--start-from", options->startFrom,
                        "Begin with the weights of this trained run or .safetensors file, or of the model that came with "
                        "the program (included), as far as they fit; what does not, such as a head for other classes, "
                        "begins anew");
    CLI::Option* more =
        command->add_option("--more-epochs", options->moreEpochs, "Train so many epochs past its planned end")
            ->check(CLI::PositiveNumber)
            ->needs(resume);
    command
        ->add_option(
            "--schedule", options->schedule,
            "With --more-epochs: keep the learning-rate schedule as planned, its last rate to stay, or stretch it "
            "over all epochs")
        ->check(CLI::IsMember({"keep", "stretch"}))
        ->needs(more);
    addDeviceOption(*command, options->device,
                    "With --resume: go on on this device (auto, cpu or cuda) instead of the run's own")
        ->needs(resume);
    command
        ->add_option("--probe", options->probes,
                     "Pin this picture: predict it after every epoch and keep a map of it (run.pinned_map), to watch "
                     "the model learn it; up to 8 of them")
        ->allow_extra_args(false);
    command->add_option("--max-steps", options->maxSteps, "Stop after so many steps")->check(CLI::PositiveNumber);
    command->add_flag("--test", options->test, "Evaluate on the test set even if the run is stopped early");
    command->add_flag("-v,--verbose", options->verbose, "A line for every step (so too if --max-steps is at most 100)");
    CLI::Option* json =
        command->add_flag("--json", options->json, "One JSON object a line for every event, and nothing else");
    command->add_flag("--chart", options->chart, "Draw the curves in the terminal at the end")->excludes(json);
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
