// SPDX-License-Identifier: GPL-3.0-or-later
// Makes, finds and lists the folders of jobs.
#include "core/jobs/job_store.h"

#include "core/base/error.h"
#include "core/events/event_json.h"
#include "core/io/append_file.h"
#include "core/io/atomic_file.h"
#include "core/io/file_lock.h"
#include "core/io/system_fault.h"
#include "core/io/user_folders.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sys/stat.h>
#include <system_error>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kKept{24 * 21};

bool isName(const std::string& id) {
    return !id.empty() && id.find_first_not_of("0123456789-") == std::string::npos;
}

// The file's last line, whole or torn, and where it begins.
struct LastLine {
    std::string text;
    std::uintmax_t begin = 0;
    bool whole = true;
};

LastLine lastLine(const fs::path& path) {
    LastLine last;
    std::ifstream file(path, std::ios::binary);
    std::uintmax_t at = 0;
    for (std::string line; std::getline(file, line);) {
        last = {line, at, !file.eof()};
        at += line.size() + 1;
    }
    return last;
}

bool tellsTheEnd(const std::string& line) {
    try {
        const Event event = eventFromJson(line);
        return std::holds_alternative<RunFinished>(event) || std::holds_alternative<RunFailed>(event);
    } catch (const Error&) {
        return false;
    }
}

JobState stateOf(const fs::path& folder) {
    JobState state{.id = folder.filename().string()};
    state.running = isRunning(folder);
    state.paused = state.running && run_files::isThere(folder / job_files::kPaused);
    state.runFolder = runFolderOf(folder);
    return state;
}

}  // namespace

fs::path JobStore::defaultFolder() { return userDataFolder() / "jobs"; }

JobStore::JobStore(fs::path folder) : m_folder(std::move(folder)) {}

std::unique_ptr<FileLock> JobStore::takeTurn() const {
    std::error_code fault;
    fs::create_directories(m_folder, fault);
    if (fault) throwSystemFault("Cannot make the folder of jobs", m_folder, fault.value());
    return std::make_unique<FileLock>(m_folder / job_files::kLock, FileLock::Wait::UntilFree);
}

fs::path JobStore::create() const {
    const std::string name = run_files::timeText(std::time(nullptr), "%Y%m%d-%H%M%S");
    for (int count = 1;; ++count) {
        fs::path folder = m_folder / (count == 1 ? name : name + "-" + std::to_string(count));
        if (::mkdir(folder.c_str(), 0700) == 0) return folder;
        if (errno != EEXIST) throwSystemFault("Cannot make the job's folder", folder, errno);
    }
}

fs::path JobStore::find(const std::string& id) const {
    fs::path folder = m_folder / id;
    if (!isName(id) || !run_files::isThere(folder / job_files::kRequest))
        throw InvalidInput("There is no job \"" + id + "\" here; vit-cli job list names those there are.");
    return folder;
}

std::vector<JobState> JobStore::list() const {
    std::vector<JobState> jobs;
    std::error_code none;  // the folder is not there before the first job
    for (const auto& entry : fs::directory_iterator(m_folder, none)) {
        if (isName(entry.path().filename().string()) && run_files::isThere(entry.path() / job_files::kRequest))
            jobs.push_back(stateOf(entry.path()));
    }
    std::sort(jobs.begin(), jobs.end(), [](const JobState& a, const JobState& b) { return a.id > b.id; });
    return jobs;
}

void JobStore::forgetOld() const {
    std::error_code ignored;  // what cannot be removed now may be another time
    for (const auto& entry : fs::directory_iterator(m_folder, ignored)) {
        const fs::path events = entry.path() / job_files::kEvents;
        if (!isName(entry.path().filename().string()) || !run_files::isThere(events)) continue;
        const auto changed = fs::last_write_time(events, ignored);
        if (!ignored && fs::file_time_type::clock::now() - changed > kKept && !isRunning(entry.path()))
            fs::remove_all(entry.path(), ignored);
    }
}

// Of a job of another version too.
fs::path runFolderOf(const fs::path& job) {
    const auto json = nlohmann::json::parse(readTextFile(job / job_files::kRequest), nullptr, false);
    const auto found = json.is_object() ? json.find("run_folder") : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool isRunning(const fs::path& job) {
    return FileLock(job / job_files::kLock).state() == FileLock::State::Taken;
}

void tellWhatKilled(const fs::path& job) {
    const FileLock lock(job / job_files::kLock);
    if (lock.state() == FileLock::State::Taken) return;
    const fs::path path = job / job_files::kEvents;
    if (const LastLine last = lastLine(path); !last.whole) {
        fs::resize_file(path, last.begin);
    } else if (tellsTheEnd(last.text)) {
        return;
    }
    RunFailed failed;
    failed.text = "The job was killed: its process is gone and has not told why. The run is kept up to its last "
                  "checkpoint; resume it to go on.";
    if (const std::string errors = lastErrors(job); !errors.empty()) failed.text += " It said last: " + errors;
    AppendFile events(path);
    events.append(toJson(Event(failed)));
    events.flush();
}

std::string lastErrors(const fs::path& job) {
    constexpr std::size_t kMost = 600;  // bytes
    if (!run_files::isThere(job / job_files::kErrors)) return {};
    std::string text = readTextFile(job / job_files::kErrors);
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    if (text.size() > kMost) text = text.substr(text.find_first_of('\n', text.size() - kMost) + 1);
    return text;
}

}  // namespace vit
