// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what a list of runs tells of one; the steps are not looked at.
#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"

#include <cerrno>
#include <cmath>
#include <sys/stat.h>

namespace vit {

namespace {

std::string timeOfConfig(const std::filesystem::path& folder) {
    const std::filesystem::path config = folder / run_files::kConfig;
    struct stat status {};
    if (::stat(config.c_str(), &status) != 0) throwSystemFault("Cannot read", config, errno);
    return run_files::timeWithOffset(status.st_mtime);
}

template <typename T>
T entry(const nlohmann::ordered_json& json, const char* key, const T& otherwise) {
    const auto found = json.find(key);
    if (found == json.end()) return otherwise;
    try {
        return found->get<T>();
    } catch (const nlohmann::json::exception&) {
        return otherwise;  // of another version; nothing depends on it
    }
}

// When the run was begun, of a folder without an environment.json when its configuration was written; and its device.
void readEnvironment(RunSummary& run) {
    const std::filesystem::path path = run.folder / run_files::kEnvironment;
    if (run_files::isThere(path)) {
        try {
            const auto json = parseStrictJson(readTextFile(path));
            run.created = entry(json, run_files::kCreatedKey, run.created);
            run.device = entry(json, "device", run.device);
            run.parameters = entry(json, "parameters", run.parameters);
            std::error_code absent;
            const auto bytes = std::filesystem::file_size(run.folder / run_files::kSteps, absent);
            if (absent || bytes == 0) run.importedFrom = entry(json, run_files::kImportedKey, run.importedFrom);
        } catch (const InvalidInput& fault) {
            throw Error("Cannot read " + path.string() + ": " + fault.what());
        }
    }
    if (run.created.empty()) run.created = timeOfConfig(run.folder);
}

void readEpochs(RunSummary& run) {
    for (const auto& line : run_files::readEpochs(run.folder)) addEpoch(run, line.value);
}

std::optional<RunFinished> readResult(const RunSummary& run) {
    const std::filesystem::path path = run.folder / run_files::kResult;
    if (!run_files::isThere(path)) return std::nullopt;
    try {
        RunFinished result = runFinishedFromJson(readTextFile(path));
        result.runName = run.name;
        result.runFolder = run.folder.string();  // it may have been moved since
        return result;
    } catch (const Error& fault) {
        throw Error("Cannot read " + path.string() + ": " + fault.what() + ".");
    }
}

}  // namespace

void addEpoch(RunSummary& run, const EpochDone& epoch) {
    run.epochsDone = epoch.epoch;
    run.seconds += epoch.seconds;
    run.validationAccuracy.push_back(static_cast<float>(epoch.validation.accuracy));
    run.last = epoch;
    // NaN, when there are no validation images, is never greater. By what else it goes the run alone has seen.
    const bool byAccuracy = run.config.run.bestBy == BestBy::Accuracy;
    if (byAccuracy ? epoch.validation.accuracy > run.bestValidationAccuracy
                   : epoch.best && !std::isnan(epoch.validation.accuracy)) {
        run.bestValidationAccuracy = epoch.validation.accuracy;
        run.bestEpoch = epoch.epoch;
    }
}

RunSummary readRun(const std::filesystem::path& folder) {
    const std::filesystem::path whole = std::filesystem::absolute(folder / "").parent_path();
    if (!run_files::isThere(whole / run_files::kConfig)) {
        throw Error(whole.string() + " is no run: there is no config.json in it.");
    }
    RunSummary run;
    run.folder = whole;
    run.about = readAbout(whole);
    run.name = run.about.name.empty() ? whole.filename().string() : run.about.name;
    run.config = loadConfig((whole / run_files::kConfig).string());
    readEnvironment(run);
    readEpochs(run);
    run.result = readResult(run);
    run.hasModel = run_files::isThere(whole / run_files::kBestWeights);
    return run;
}

}  // namespace vit
