// SPDX-License-Identifier: GPL-3.0-or-later
// Reads, writes and looks for elsewhere.json.
#include "core/jobs/run_elsewhere.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <system_error>

namespace vit {

namespace fs = std::filesystem;

std::optional<RunElsewhere> readRunElsewhere(const fs::path& run) {
    const fs::path path = run / run_files::kElsewhere;
    if (!run_files::isThere(path)) return std::nullopt;
    try {
        const auto json = nlohmann::json::parse(readTextFile(path));
        return RunElsewhere{json.at("host"), json.at("job"), json.at("run"), json.at("done")};
    } catch (const nlohmann::json::exception& fault) {
        throw Error("Cannot read " + path.string() + ": " + jsonFault(fault) +
                    ". Remove that file; the run is then one of this computer alone.");
    }
}

void writeRunElsewhere(const fs::path& run, const RunElsewhere& about) {
    const nlohmann::ordered_json json = {
        {"host", about.host}, {"job", about.job}, {"run", about.run}, {"done", about.done}};
    writeFileAtomically(run / run_files::kElsewhere, jsonText(json, 2) + "\n");
}

void forgetElsewhere(const fs::path& run) {
    std::error_code fault;
    fs::remove(run / run_files::kElsewhere, fault);
    if (fault) throwSystemFault("Cannot remove", run / run_files::kElsewhere, fault.value());
}

std::vector<fs::path> unfinishedElsewhere(const fs::path& runsFolder) {
    std::vector<fs::path> found;
    std::error_code none;  // the folder is not there before the first run
    for (const auto& entry : fs::directory_iterator(runsFolder, none)) {
        try {
            const std::optional<RunElsewhere> about = readRunElsewhere(entry.path());
            if (about && !about->done && !about->job.empty()) found.push_back(entry.path());
        } catch (const Error&) {
            continue;
        }
    }
    std::sort(found.rbegin(), found.rend());
    return found;
}

fs::path makeMirror(const fs::path& runsFolder, const std::string& run) {
    constexpr std::size_t kLongest = 200;
    if (run.empty() || run.size() > kLongest || run.front() == '.' || run.find('/') != std::string::npos)
        throw Error("The other computer calls the run \"" + run + "\", which is no name of a run.");
    std::error_code fault;
    fs::create_directories(runsFolder, fault);
    if (fault) throwSystemFault("Cannot make the folder of runs", runsFolder, fault.value());
    for (int count = 1;; ++count) {
        fs::path folder = runsFolder / (count == 1 ? run : run + "-" + std::to_string(count));
        if (::mkdir(folder.c_str(), 0777) == 0) return folder;
        if (errno != EEXIST) throwSystemFault("Cannot make the run's folder", folder, errno);
    }
}

}  // namespace vit
