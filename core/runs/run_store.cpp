// SPDX-License-Identifier: GPL-3.0-or-later
// Lists, makes and reads the folders of runs.
#include "core/runs/run_store.h"

#include "core/base/error.h"
#include "core/io/system_fault.h"
#include "core/io/user_folders.h"
#include "core/runs/run_files.h"
#include "core/runs/run_overview.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <ctime>
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

struct DatedRun {
    std::time_t created;  // 0 = its time is not understood
    RunSummary run;
};

bool isNewer(const DatedRun& one, const DatedRun& other) {
    if (one.created != other.created) return one.created > other.created;
    const RunSummary& a = one.run;
    const RunSummary& b = other.run;
    // Begun within one second: "…-10" came after "…-2".
    const std::string first = a.folder.filename().string();
    const std::string second = b.folder.filename().string();
    if (first.size() != second.size()) return first.size() > second.size();
    return first > second;
}

}  // namespace

std::filesystem::path RunStore::defaultFolder() { return userDataFolder() / "runs"; }

RunStore::RunStore(std::filesystem::path folder) : m_folder(std::move(folder)) {}

std::vector<RunSummary> RunStore::list() const {
    std::vector<DatedRun> dated;
    for (RunSummary& run : readOverview(m_folder)) {
        const std::time_t created = run_files::timeFrom(run.created).value_or(0);
        dated.push_back({created, std::move(run)});
    }
    std::sort(dated.begin(), dated.end(), isNewer);
    std::vector<RunSummary> runs;
    runs.reserve(dated.size());
    for (DatedRun& run : dated) runs.push_back(std::move(run.run));
    return runs;
}

std::optional<RunSummary> RunStore::lastTrained() const {
    std::vector<RunSummary> runs = list();
    const auto found = std::find_if(runs.begin(), runs.end(), [](const RunSummary& run) { return run.hasModel; });
    if (found == runs.end()) return std::nullopt;
    return std::move(*found);
}

std::optional<RunSummary> RunStore::find(const std::string& name) const {
    if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
    if (run_files::isThere(m_folder / name / run_files::kConfig)) return readRun(m_folder / name);
    std::optional<RunSummary> found;
    for (RunSummary& run : list()) {
        if (run.name != name) continue;
        if (found) {
            throw InvalidInput("Several runs are called \"" + name + "\": name its folder instead, " +
                               found->folder.string() + " or " + run.folder.string() + ".");
        }
        found = std::move(run);
    }
    return found;
}

void RunStore::rename(const std::filesystem::path& run, const std::string& name) const {
    if (name.find_first_not_of(" \t") == std::string::npos) throw InvalidInput("A run needs a name.");
    if (name.find_first_of("\n\r") != std::string::npos) throw InvalidInput("A run's name is one line.");
    const RunSummary renamed = readRun(run);
    for (const RunSummary& other : list()) {
        if (other.folder == renamed.folder) continue;
        if (other.name == name || other.folder.filename() == name) {
            throw InvalidInput("Another run is called \"" + name + "\" already: choose a name of its own.");
        }
    }
    RunAbout about = renamed.about;
    about.name = name == renamed.folder.filename() ? "" : name;
    writeAbout(renamed.folder, about);
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

RunCurves readCurves(const std::filesystem::path& folder) {
    if (!run_files::isThere(folder / run_files::kConfig)) {
        throw Error(folder.string() + " is no run: there is no config.json in it.");
    }
    RunCurves curves;
    for (auto& line : run_files::readSteps(folder)) curves.steps.push_back(line.value);
    for (auto& line : run_files::readEpochs(folder)) curves.epochs.push_back(line.value);
    for (auto& line : run_files::readLayers(folder)) curves.layers.push_back(std::move(line.value));
    for (auto& line : run_files::readProbe(folder)) curves.probes.push_back(std::move(line.value));
    return curves;
}

}  // namespace vit
