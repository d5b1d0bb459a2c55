// SPDX-License-Identifier: GPL-3.0-or-later
// Lists, makes and reads the folders of runs.
#include "runs/run_store.h"

#include "config/schema.h"
#include "error.h"
#include "io/atomic_file.h"
#include "io/system_fault.h"
#include "io/user_folders.h"
#include "runs/run_files.h"
#include "train/event_json.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <sys/stat.h>

namespace vit {

namespace {

// A part of a folder's name that every file system takes and that needs no quotes in a shell.
std::string nameFrom(const std::string& label) {
    constexpr std::size_t kMostBytes = 80;
    std::string name;
    for (const char c : label) {
        const bool plain = static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) ||
                           c == '_' || c == '.';
        if (plain) name += c;
        else if (!name.empty() && name.back() != '-') name += '-';
    }
    if (name.size() > kMostBytes) {
        std::size_t end = kMostBytes;
        while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;  // not within a UTF-8 letter
        name.resize(end);
    }
    while (name.ends_with('-') || name.ends_with('.')) name.pop_back();
    return name.empty() ? "run" : name;
}

// When the run was begun; of a folder without an environment.json, when its configuration was written.
std::string createdTime(const std::filesystem::path& folder) {
    if (const auto created = run_files::readCreated(folder)) return *created;
    const std::filesystem::path config = folder / run_files::kConfig;
    struct stat status {};
    if (::stat(config.c_str(), &status) != 0) throwSystemFault("Cannot read", config, errno);
    return run_files::timeText(status.st_mtime, run_files::kIsoTime);
}

std::optional<RunFinished> readResult(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / run_files::kResult;
    if (!run_files::isThere(path)) return std::nullopt;
    try {
        RunFinished result = runFinishedFromJson(readTextFile(path));
        result.runName = folder.filename().string();  // the folder may have been moved since
        result.runFolder = folder.string();
        return result;
    } catch (const Error& fault) {
        throw Error("Cannot read " + path.string() + ": " + fault.what() + ".");
    }
}

bool isNewer(const RunSummary& a, const RunSummary& b) {
    if (a.created != b.created) return a.created > b.created;
    // Begun within one second: "…-10" came after "…-2".
    if (a.name.size() != b.name.size()) return a.name.size() > b.name.size();
    return a.name > b.name;
}

}  // namespace

std::filesystem::path RunStore::defaultFolder() { return userDataFolder() / "runs"; }

RunStore::RunStore(std::filesystem::path folder) : m_folder(std::move(folder)) {}

std::vector<RunSummary> RunStore::list() const {
    std::vector<RunSummary> runs;
    std::error_code fault;
    std::filesystem::directory_iterator entry(m_folder, fault);
    for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) {
        try {
            runs.push_back(readRun(entry->path()));
        } catch (const Error&) {
            continue;  // no run; readRun says why when it is asked for by name
        }
    }
    if (fault && fault != std::errc::no_such_file_or_directory) {
        throwSystemFault("Cannot list the runs in", m_folder, fault.value());
    }
    std::sort(runs.begin(), runs.end(), isNewer);
    return runs;
}

std::optional<RunSummary> RunStore::lastTrained() const {
    std::vector<RunSummary> runs = list();
    const auto found = std::find_if(runs.begin(), runs.end(), [](const RunSummary& run) { return run.hasModel; });
    if (found == runs.end()) return std::nullopt;
    return std::move(*found);
}

std::filesystem::path RunStore::create(const std::string& label) const {
    std::error_code fault;
    std::filesystem::create_directories(m_folder, fault);
    if (fault) throwSystemFault("Cannot make the folder of runs", m_folder, fault.value());

    const std::string name = run_files::timeText(std::time(nullptr), "%Y-%m-%d-%H%M-") + nameFrom(label);
    for (int count = 1;; ++count) {
        std::filesystem::path folder = m_folder / (count == 1 ? name : name + "-" + std::to_string(count));
        // Making it is the test whether the name is free: two programs at once cannot get the same one.
        if (::mkdir(folder.c_str(), 0777) == 0) return folder;
        if (errno != EEXIST) throwSystemFault("Cannot make the run's folder", folder, errno);
    }
}

RunSummary readRun(const std::filesystem::path& folder) {
    const std::filesystem::path whole = std::filesystem::absolute(folder / "").parent_path();
    if (!run_files::isThere(whole / run_files::kConfig)) {
        throw Error(whole.string() + " is no run: there is no config.json in it.");
    }
    RunSummary run;
    run.folder = whole;
    run.name = whole.filename().string();
    run.config = loadConfig((whole / run_files::kConfig).string());
    run.created = createdTime(whole);
    for (const auto& [text, epoch] : run_files::readEpochs(whole)) {
        run.epochsDone = epoch.epoch;
        // NaN, when there are no validation images, is never greater.
        if (epoch.validation.accuracy > run.bestValidationAccuracy) {
            run.bestValidationAccuracy = epoch.validation.accuracy;
        }
    }
    run.result = readResult(whole);
    run.hasModel = run_files::isThere(whole / run_files::kBestWeights);
    return run;
}

RunCurves readCurves(const std::filesystem::path& folder) {
    if (!run_files::isThere(folder / run_files::kConfig)) {
        throw Error(folder.string() + " is no run: there is no config.json in it.");
    }
    RunCurves curves;
    for (auto& line : run_files::readSteps(folder)) curves.steps.push_back(line.value);
    for (auto& line : run_files::readEpochs(folder)) curves.epochs.push_back(line.value);
    return curves;
}

}  // namespace vit
