// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli finetune: a classifier of one's own photos from a trained model, by several ways.
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/run_argument.h"
#include "app/cli/status_line.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/finetune/ladder.h"
#include "core/finetune/photo_folder.h"
#include "core/runs/run_about.h"
#include "core/session/session.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

namespace vit::cli {

namespace {

struct FinetuneOptions {
    std::string model;
    std::string data;
    bool ladder = false;
    std::vector<std::string> rungs;
    std::int64_t epochs = kTuningEpochs;
    bool json = false;
};

using Rows = std::vector<std::vector<std::string>>;

std::vector<Rung> rungsOf(const FinetuneOptions& options) {
    std::vector<Rung> rungs;
    for (const std::string& name : options.rungs) rungs.push_back(rungOf(name));
    if (!rungs.empty()) return rungs;
    for (const RungRow& row : rungTable())
        if (options.ladder || !row.trains) rungs.push_back(row.rung);
    return rungs;
}

std::string shareText(double done, double total) { return total > 0 ? "  " + bar(done / total, 24) : std::string(); }

// Trains in a session of its own, as vit-cli train does.
class Trainer {
public:
    Trainer(std::shared_ptr<DataStore> store, StatusLine& line, const InterruptGuard& interrupt)
        : m_line(line), m_interrupt(interrupt), m_session(optionsWith(std::move(store)), [this](const Event& event) { note(event); }) {}

    RunFinished train(const TrainRequest& request) {
        using namespace std::chrono_literals;
        m_finished.reset();
        m_failed.reset();
        m_label = request.label;
        m_session.train(request);
        while (m_session.busy()) {
            if (m_interrupt.requested()) m_session.requestStop();
            std::this_thread::sleep_for(20ms);
        }
        m_session.wait();
        if (m_failed) throw Error(m_failed->text);
        if (!m_finished || m_finished->reason == StopReason::Stopped) throw Cancelled();
        return *m_finished;
    }

private:
    StatusLine& m_line;
    const InterruptGuard& m_interrupt;
    std::string m_label;
    std::optional<RunFinished> m_finished;  // written on the worker's thread, read when it has been waited for
    std::optional<RunFailed> m_failed;
    Session m_session;  // last: its thread uses the others

    static Session::Options optionsWith(std::shared_ptr<DataStore> store) {
        Session::Options options;
        options.data = std::move(store);
        return options;
    }

    void note(const Event& event) {
        if (const auto* finished = std::get_if<RunFinished>(&event)) m_finished = *finished;
        if (const auto* failed = std::get_if<RunFailed>(&event)) m_failed = *failed;
        if (const auto* step = std::get_if<StepDone>(&event))
            m_line.status(m_label + ", epoch " + std::to_string(step->epoch) +
                          shareText(static_cast<double>(step->stepInEpoch), static_cast<double>(step->stepsPerEpoch)));
    }
};

void printReport(const PhotoReport& report) {
    std::cout << report.data << ": " << groupedText(report.train) << " photos to train with, "
              << groupedText(report.test) << " to test, " << report.classes.size() << " classes\n\n";
    if (report.validation > 0)
        std::cout << groupedText(report.validation)
                  << " of those to train with are set aside for validation, which no way here needs: all are learned from\n\n";
    Rows rows = {{"Class", "Train", "Test"}};
    for (const PhotoClass& one : report.classes)
        rows.push_back({one.name, groupedText(one.train), groupedText(one.test)});
    std::cout << table(rows) << '\n';
    for (const std::string& warning : report.warnings) std::cout << "! " << warning << '\n';
    if (!report.warnings.empty()) std::cout << '\n';
    std::cout << std::flush;
}

Rows rungRows(const LadderResult& result) {
    Rows rows = {{"Way", "Test", "Macro-F1", "Train", "Time", "How", "Run"}};
    for (const RungResult& rung : result.rungs) {
        if (!rung.done()) continue;
        rows.push_back({rungRow(rung.rung).label, percentText(rung.figures.metrics.accuracy),
                        percentText(rung.figures.macroF1), rung.estimate ? percentText(*rung.estimate) : "",
                        rung.seconds < 0.1 ? "< 0.1 s" : durationText(rung.seconds), rung.detail, rung.run.empty() ? "" : runName(rung.run)});
    }
    return rows;
}

void printText(const LadderResult& result) {
    if (result.featureSeconds > 0)
        std::cout << "Features of all photos: " << durationText(result.featureSeconds)
                  << (result.featuresKept ? ", kept from another time\n\n" : "\n\n");
    std::cout << table(rungRows(result)) << '\n';
    for (const RungResult& rung : result.rungs)
        if (!rung.done()) std::cout << rungRow(rung.rung).label << " failed: " << rung.problem << '\n';
    std::cout << verdict(result) << '\n';
    if (result.curve) {
        std::cout << "\nLearning curve of the linear probe\n";
        Rows rows = {{"Per class", "Photos", "Test"}};
        for (const LearningPoint& point : result.curve->points)
            rows.push_back({groupedText(point.perClass), groupedText(point.photos), percentText(point.accuracy)});
        std::cout << table(rows) << result.curve->advice << '\n';
    }
    for (const std::string& note : result.notes) std::cerr << note << '\n';
}

nlohmann::ordered_json jsonOf(const PhotoReport& report) {
    nlohmann::ordered_json classes = nlohmann::ordered_json::array();
    for (const PhotoClass& one : report.classes)
        classes.push_back({{"name", one.name}, {"train", one.train}, {"test", one.test}});
    return {{"train", report.train},
            {"test", report.test},
            {"validation", report.validation},
            {"classes", classes},
            {"warnings", report.warnings}};
}

nlohmann::ordered_json jsonOf(const RungResult& rung) {
    nlohmann::ordered_json one = {{"rung", rungRow(rung.rung).key}};
    if (!rung.done()) {
        one["problem"] = rung.problem;
        return one;
    }
    for (const Metric& metric : kMetrics) one["test_" + std::string(metric.key)] = rung.figures.metrics.*metric.value;
    one["test_macro_f1"] = rung.figures.macroF1;
    if (rung.estimate) one["train_accuracy"] = *rung.estimate;
    one["seconds"] = rung.seconds;
    one["detail"] = rung.detail;
    if (!rung.run.empty()) one["run"] = runName(rung.run);
    return one;
}

void printJson(const std::string& model, const LadderResult& result) {
    nlohmann::ordered_json all = {{"model", model}, {"data", result.report.data}, {"report", jsonOf(result.report)}};
    all["features"] = {{"seconds", result.featureSeconds}, {"kept", result.featuresKept}};
    all["rungs"] = nlohmann::ordered_json::array();
    for (const RungResult& rung : result.rungs) all["rungs"].push_back(jsonOf(rung));
    all["verdict"] = verdict(result);
    if (result.curve) {
        nlohmann::ordered_json points = nlohmann::ordered_json::array();
        for (const LearningPoint& point : result.curve->points)
            points.push_back(
                {{"per_class", point.perClass}, {"photos", point.photos}, {"test_accuracy", point.accuracy}});
        all["learning_curve"] = points;
        all["advice"] = result.curve->advice;
    }
    all["notes"] = result.notes;
    std::cout << jsonText(all) << '\n';
}

// A data set of that name, else a folder of photos.
std::string dataOf(DataStore& store, const std::string& nameOrFolder, const Progress& progress) {
    const std::vector<DataInfo> known = store.list();
    if (std::ranges::any_of(known, [&](const DataInfo& info) { return info.name == nameOrFolder; })) return nameOrFolder;
    if (std::filesystem::exists(nameOrFolder)) return photosOf(store, nameOrFolder, progress).name;
    return store.info(nameOrFolder).name;  // says which there are
}

void run(const FinetuneOptions& options) {
    const auto store = std::make_shared<DataStore>();
    LadderRequest request;
    request.model = findModel(options.model);
    request.rungs = rungsOf(options);
    request.epochs = options.epochs;
    const InterruptGuard interrupt;
    StatusLine line(stderr);
    Trainer trainer(store, line, interrupt);
    LadderHost host;
    host.progress = [&](const std::string& what, std::int64_t done, std::int64_t total) {
        line.status(what + shareText(static_cast<double>(done), static_cast<double>(total)));
        return !interrupt.requested();
    };
    bool reported = options.json;
    host.changed = [&](const LadderResult& result) {
        if (std::exchange(reported, true)) return;
        line.clear();
        printReport(result.report);
    };
    host.began = [&](Rung rung) { line.status(rungRow(rung).label); };
    host.train = [&](const TrainRequest& wanted) { return trainer.train(wanted); };
    request.data = dataOf(*store, options.data, host.progress);
    const LadderResult result = climb(request, *store, RunStore(), host);
    line.clear();
    if (options.json) printJson(runName(request.model), result);
    else printText(result);
    if (bestRung(result, false) == nullptr) throw Error("No way has come to a result.");
}

}  // namespace

void addFinetuneCommand(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("finetune", "Make a classifier of your own photos from a trained model, by several ways");
    auto options = std::make_shared<FinetuneOptions>();
    command->add_option("model", options->model, kModelHelp);
    command->add_option("--data", options->data,
                        "A data set (vit-cli data list), or a folder of photos with a folder for each class, which is "
                        "then added as one")
        ->required();
    CLI::Option* ladder = command->add_flag("--ladder", options->ladder, "All ways, those that train among them");
    command
        ->add_option("--rung", options->rungs,
                     "This way, and others that are named so: " + rungKeys() + "; without it, the first two")
        ->allow_extra_args(false)
        ->excludes(ladder);
    command->add_option("--epochs", options->epochs, "Of the ways that train")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "As one JSON object");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
