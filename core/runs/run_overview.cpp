// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps .overview.json: for every run its summary, and by which state of its files it was made.
#include "core/runs/run_overview.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/parallel.h"
#include "core/config/schema.h"
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <limits>
#include <optional>
#include <sys/stat.h>
#include <unordered_map>

namespace vit {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kFile = ".overview.json";
constexpr int kVersion = 2;  // of the digest; one of another version is made anew

struct Entry {
    std::string stamp;
    RunSummary run;
};
using Overview = std::unordered_map<std::string, Entry>;  // by the folder's name

// Changes when any file changes that a summary is made from. Empty: this is no run.
std::string stampOf(const fs::path& folder) {
    using namespace run_files;
    std::string stamp;
    for (const char* name : {kConfig, kEnvironment, kEpochs, kResult, kAbout, kBestWeights}) {
        struct stat status {};
        const bool there = ::stat((folder / name).c_str(), &status) == 0;
        if (!there && name == kConfig) return {};
        if (there) {
            stamp += std::to_string(status.st_size) + ':' + std::to_string(status.st_mtim.tv_sec) + '.' +
                     std::to_string(status.st_mtim.tv_nsec);
        }
        stamp += ' ';
    }
    return stamp;
}

Json toJson(const Entry& entry) {
    const RunSummary& run = entry.run;
    Json json = {{"stamp", entry.stamp},
                 {"name", run.about.name},
                 {"notes", run.about.notes},
                 {"tags", run.about.tags},
                 {"created", run.created},
                 {"device", run.device},
                 {"imported_from", run.importedFrom},
                 {"parameters", run.parameters},
                 {"epochs_done", run.epochsDone},
                 {"best_validation_accuracy", run.bestValidationAccuracy},
                 {"best_epoch", run.bestEpoch},
                 {"seconds", run.seconds},
                 {"validation_accuracy", run.validationAccuracy},
                 {"has_model", run.hasModel},
                 {"config", vit::toJson(run.config)}};
    if (run.last) json["last"] = vit::toJson(Event(*run.last));
    if (run.result) json["result"] = vit::toJson(Event(*run.result));
    return json;
}

// Throws what nlohmann::json and the engine throw when the entry is not as written.
Entry entryFrom(const fs::path& folder, const Json& json) {
    Entry entry{json.at("stamp"), {}};
    RunSummary& run = entry.run;
    run.folder = folder;
    run.about = {json.at("name"), json.at("notes"), json.at("tags")};
    run.name = run.about.name.empty() ? folder.filename().string() : run.about.name;
    run.created = json.at("created");
    run.device = json.at("device");
    run.importedFrom = json.at("imported_from");
    run.parameters = json.at("parameters");
    run.epochsDone = json.at("epochs_done");
    run.bestValidationAccuracy = json.at("best_validation_accuracy");
    run.bestEpoch = json.at("best_epoch");
    run.seconds = json.at("seconds");
    for (const Json& value : json.at("validation_accuracy")) {
        constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
        run.validationAccuracy.push_back(value.is_null() ? kNone : value.get<float>());
    }
    run.hasModel = json.at("has_model");
    run.config = fromJson(json.at("config").get_ref<const std::string&>());
    if (const auto last = json.find("last"); last != json.end()) {
        run.last = epochDoneFromJson(last->get_ref<const std::string&>());
    }
    if (const auto result = json.find("result"); result != json.end()) {
        run.result = runFinishedFromJson(result->get_ref<const std::string&>());
        run.result->runName = run.name;
        run.result->runFolder = folder.string();
    }
    return entry;
}

// A digest that is missing, torn or of another version counts as empty: it only saves time.
Overview readDigest(const fs::path& store) {
    Overview overview;
    if (!run_files::isThere(store / kFile)) return overview;
    try {
        const auto json = Json::parse(readTextFile(store / kFile));
        if (json.at("version") != kVersion) return overview;
        std::vector<std::pair<std::string, const Json*>> entries;
        for (const auto& [name, entry] : json.at("runs").items()) entries.emplace_back(name, &entry);
        std::vector<Entry> runs(entries.size());
        parallelFor(std::int64_t(entries.size()), [&](std::int64_t i) {
            const auto& [name, entry] = entries[std::size_t(i)];
            runs[std::size_t(i)] = entryFrom(store / name, *entry);
        });
        for (std::size_t i = 0; i < runs.size(); ++i) overview.emplace(entries[i].first, std::move(runs[i]));
        return overview;
    } catch (const std::exception&) {
        return {};
    }
}

// Of a store that may only be read, the digest is done without.
void writeDigest(const fs::path& store, const std::vector<Entry>& entries) {
    std::vector<std::string> members(entries.size());
    parallelFor(std::int64_t(entries.size()), [&](std::int64_t i) {
        const Entry& entry = entries[std::size_t(i)];
        members[std::size_t(i)] = jsonText(Json(entry.run.folder.filename().string())) + ':' + jsonText(toJson(entry));
    });
    std::string text = "{\"version\":" + std::to_string(kVersion) + ",\"runs\":{";
    for (std::size_t i = 0; i < members.size(); ++i) text += (i > 0 ? "," : "") + members[i];
    text += "}}";
    try {
        writeFileAtomically(store / kFile, text);
    } catch (const Error&) {
        return;
    }
}

std::vector<fs::path> foldersOf(const fs::path& store) {
    std::vector<fs::path> folders;
    std::error_code fault;
    fs::directory_iterator entry(store, fault);
    for (; !fault && entry != fs::directory_iterator(); entry.increment(fault)) folders.push_back(entry->path());
    if (fault && fault != std::errc::no_such_file_or_directory) {
        throwSystemFault("Cannot list the runs in", store, fault.value());
    }
    return folders;
}

}  // namespace

std::vector<RunSummary> readOverview(const fs::path& store) {
    const fs::path whole = fs::absolute(store / "").parent_path();
    const std::vector<fs::path> folders = foldersOf(whole);
    Overview known = readDigest(whole);
    std::vector<std::optional<Entry>> read(folders.size());
    std::atomic<bool> changed = false;
    parallelFor(std::int64_t(folders.size()), [&](std::int64_t i) {
        const fs::path& folder = folders[std::size_t(i)];
        std::string stamp = stampOf(folder);
        if (stamp.empty()) return;
        const auto found = known.find(folder.filename().string());
        if (found != known.end() && found->second.stamp == stamp) {
            read[std::size_t(i)] = std::move(found->second);
            return;
        }
        try {
            read[std::size_t(i)] = Entry{std::move(stamp), readRun(folder)};
            changed = true;
        } catch (const Error&) {
            return;  // damaged: readRun says how when it is asked for by name
        }
    });
    std::vector<Entry> entries;
    for (auto& entry : read) {
        if (entry) entries.push_back(std::move(*entry));
    }
    if (changed || entries.size() != known.size()) writeDigest(whole, entries);
    std::vector<RunSummary> runs;
    runs.reserve(entries.size());
    for (Entry& entry : entries) runs.push_back(std::move(entry.run));
    return runs;
}

}  // namespace vit
