// SPDX-License-Identifier: GPL-3.0-or-later
// Checks what is asked for, makes the folders and starts the process.
#include "core/jobs/job_start.h"

#include "core/config/schema.h"
#include "core/data/store/data_store.h"
#include "core/io/atomic_file.h"
#include "core/jobs/own_program.h"
#include "core/runs/run_files.h"
#include "core/runs/run_lock.h"
#include "core/runs/run_store.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <chrono>
#include <sys/wait.h>
#include <system_error>
#include <thread>

namespace vit {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kStartPatience = 120s;  // a disk on the network, read for the first time

void requireData(const JobRequest& request, const std::string& name) {
    const DataStore store(request.dataFolder.empty() ? DataStore::defaultFolder() : request.dataFolder);
    const std::vector<DataInfo> known = store.list();
    const bool there = std::any_of(known.begin(), known.end(),
                                   [&](const DataInfo& data) { return data.name == name && data.available; });
    if (!there) throw DataMissing(name);
}

RunSummary runToResume(const RunStore& runs, const std::string& name) {
    std::optional<RunSummary> run = runs.find(name);
    if (!run) throw InvalidInput("There is no run \"" + name + "\" among the runs there, so it cannot go on.");
    const RunLock free(run->folder);  // else it is trained by another program
    return *run;
}

// When the new process has taken the job over: it has the lock and has begun to tell. 0: another process has started
// it.
void waitUntilTaken(const fs::path& folder, pid_t process) {
    const auto end = std::chrono::steady_clock::now() + kStartPatience;
    while (!run_files::isThere(folder / job_files::kEvents)) {
        const bool ended = process > 0 && ::waitpid(process, nullptr, WNOHANG) == process;
        if (ended && !run_files::isThere(folder / job_files::kEvents))
            throw Error("The job ended before it began. " + lastErrors(folder));
        if (std::chrono::steady_clock::now() > end)
            throw Error("The job's process does not begin. " + lastErrors(folder));
        std::this_thread::sleep_for(10ms);
    }
}

std::optional<StartedJob> startedBefore(const JobStore& jobs, const std::string& token) {
    if (token.empty()) return std::nullopt;
    for (const JobState& job : jobs.list()) {
        const fs::path folder = jobs.find(job.id);
        try {
            if (jobRequestFromJson(readTextFile(folder / job_files::kRequest)).token != token) continue;
        } catch (const Error&) {
            continue;  // of another version of the program
        }
        waitUntilTaken(folder, 0);
        return StartedJob{job.id, job.runFolder};
    }
    return std::nullopt;
}

}  // namespace

DataMissing::DataMissing(std::string name)
    : InvalidInput("The data set " + name + " is not on this computer."), m_name(std::move(name)) {}

StartedJob startJob(const JobStore& jobs, JobRequest request) {
    const std::unique_ptr<FileLock> turn = jobs.takeTurn();
    if (std::optional<StartedJob> job = startedBefore(jobs, request.token)) return *job;
    const RunStore runs(request.runsFolder.empty() ? RunStore::defaultFolder() : request.runsFolder);
    if (request.resumeFrom.empty()) {
        if (Issues issues = validate(request.config); !issues.empty()) throw InvalidInput(std::move(issues));
        requireData(request, request.config.data.name);
        request.runFolder = runs.create(request.label);
    } else {
        const RunSummary run = runToResume(runs, request.resumeFrom);
        requireData(request, run.config.data.name);
        request.runFolder = run.folder;
    }
    jobs.forgetOld();
    const fs::path folder = jobs.create();
    try {
        writeFileAtomically(folder / job_files::kRequest, toJson(request));
        const std::string id = folder.filename().string();
        const pid_t process = startOwnProgram({"job", "run", id},
                                              {.detached = true, .output = folder / job_files::kErrors});
        waitUntilTaken(folder, process);
        return {id, request.runFolder};
    } catch (const Error&) {
        std::error_code ignored;
        if (request.resumeFrom.empty() && run_files::isFree(request.runFolder))
            fs::remove_all(request.runFolder, ignored);
        throw;
    }
}

}  // namespace vit
