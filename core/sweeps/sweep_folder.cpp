// SPDX-License-Identifier: GPL-3.0-or-later
// One file, replaced as a whole, and two locks.
#include "core/sweeps/sweep_folder.h"

#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/io/user_folders.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"

#include <algorithm>

namespace vit {

namespace fs = std::filesystem;

namespace {

constexpr const char* kState = "sweep.json";
constexpr const char* kRunningLock = ".running.lock";
constexpr const char* kChangeLock = ".change.lock";

// Null if someone else holds it and there is no waiting.
std::unique_ptr<FileLock> locked(const fs::path& path, FileLock::Wait wait) {
    auto lock = std::make_unique<FileLock>(path, wait);
    if (lock->state() == FileLock::State::Unsupported)
        throw Error("Cannot lock " + path.string() +
                    ": its file system knows no locks, and without them two programs could run the sweep at once. "
                    "Choose a folder on another disk.");
    return lock->state() == FileLock::State::Held ? std::move(lock) : nullptr;
}

}  // namespace

fs::path SweepFolder::defaultFolder() { return userDataFolder() / "sweeps"; }

SweepFolder SweepFolder::create(const fs::path& folder, const SweepPlan& plan) {
    const SweepState state = startedSweep(plan);
    std::error_code fault;
    if (fs::exists(folder, fault) && !(fs::is_directory(folder, fault) && fs::is_empty(folder, fault)))
        throw InvalidInput(folder.string() +
                           " is there and is not empty: name a new folder, or resume the sweep in it.");
    fs::create_directories(folder, fault);
    if (fault) throwSystemFault("Cannot make the sweep's folder", folder, fault.value());
    writeFileAtomically(folder / kState, toJson(state));
    return SweepFolder(folder);
}

SweepFolder SweepFolder::createAmong(const fs::path& sweeps, const SweepPlan& plan) {
    startedSweep(plan);  // a plan that cannot be run leaves no folder
    return create(RunStore(sweeps).create(plan.name), plan);
}

std::vector<SweepFolder> SweepFolder::list(const fs::path& sweeps) {
    std::vector<std::pair<fs::file_time_type, SweepFolder>> found;
    std::error_code fault;
    fs::directory_iterator entry(sweeps, fault);
    for (; !fault && entry != fs::directory_iterator(); entry.increment(fault)) {
        std::error_code ignored;
        if (!run_files::isThere(entry->path() / kState)) continue;
        found.emplace_back(fs::last_write_time(entry->path() / kState, ignored), SweepFolder(entry->path()));
    }
    if (fault && fault != std::errc::no_such_file_or_directory)
        throwSystemFault("Cannot list the sweeps in", sweeps, fault.value());
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<SweepFolder> folders;
    for (auto& [time, folder] : found) folders.push_back(std::move(folder));
    return folders;
}

SweepFolder::SweepFolder(const fs::path& folder) : m_path(fs::absolute(folder / "").parent_path().lexically_normal()) {
    if (!run_files::isThere(statePath()))
        throw InvalidInput(m_path.string() + " is no sweep: there is no " + kState + " in it.");
}

fs::path SweepFolder::statePath() const { return m_path / kState; }

fs::path SweepFolder::runFolder(const SweepTrial& trial) const {
    return trial.run.empty() ? fs::path() : (m_path / trial.run).lexically_normal();
}

SweepState SweepFolder::read() const {
    const std::string text = readTextFile(statePath());
    try {
        return sweepStateFromJson(text);
    } catch (const Error& fault) {
        throw Error("Cannot read " + statePath().string() + ": " + fault.what() +
                    " The runs of its trials are kept among the other runs; put back a copy of the file, or start the "
                    "sweep anew.");
    }
}

fs::file_time_type SweepFolder::changedAt() const {
    std::error_code fault;
    const fs::file_time_type time = fs::last_write_time(statePath(), fault);
    if (fault) throwSystemFault("Cannot read", statePath(), fault.value());
    return time;
}

SweepState SweepFolder::update(const std::function<void(SweepState&)>& change) const {
    const auto lock = locked(m_path / kChangeLock, FileLock::Wait::UntilFree);
    SweepState state = read();
    change(state);
    writeFileAtomically(statePath(), toJson(state));
    return state;
}

std::unique_ptr<FileLock> SweepFolder::lockForRunning() const {
    if (auto lock = locked(m_path / kRunningLock, FileLock::Wait::No)) return lock;
    throw Error("Another window or command is running the sweep " + name() +
                ": wait for it, or stop it there. Its queue can be changed meanwhile.");
}

bool SweepFolder::isRunning() const {
    if (!run_files::isThere(m_path / kRunningLock)) return false;
    return locked(m_path / kRunningLock, FileLock::Wait::No) == nullptr;
}

}  // namespace vit
