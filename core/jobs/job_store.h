// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs of this computer: trainings that outlive the program that asked for them, a folder each.
//
//   request.json   what is trained (job_request.h)
//   events.jsonl   what the run tells, an event a line; event number N is line N, from 0. It only grows
//   errors.txt     what the job's processes say besides: libraries' warnings, faults
//   control        a pipe with a name, through which it is told what to do (job_command.h); no port is listened on
//   paused         there while it is paused
//   pictures.json  the pictures that were pinned last
//   .lock          held by the process that trains
#pragma once

#include "core/io/file_lock.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vit {

namespace job_files {

inline constexpr const char* kRequest = "request.json";
inline constexpr const char* kEvents = "events.jsonl";
inline constexpr const char* kErrors = "errors.txt";
inline constexpr const char* kControl = "control";
inline constexpr const char* kPaused = "paused";
inline constexpr const char* kPictures = "pictures.json";
inline constexpr const char* kLock = ".lock";

}  // namespace job_files

struct JobState {
    std::string id;  // its folder's name
    std::filesystem::path runFolder;
    bool running = false;
    bool paused = false;
};

class JobStore {
public:
    // $XDG_DATA_HOME/vit-workbench/jobs
    static std::filesystem::path defaultFolder();

    explicit JobStore(std::filesystem::path folder = defaultFolder());

    std::filesystem::path create() const;  // a new, empty folder, for this user alone; in one's turn
    std::unique_ptr<FileLock> takeTurn() const;  // one program at a time starts a job: waits for the others
    // The job's folder. Throws InvalidInput if there is none of this name.
    std::filesystem::path find(const std::string& id) const;
    std::vector<JobState> list() const;  // newest first
    // Removes those that ended some weeks ago; their runs stay.
    void forgetOld() const;

private:
    std::filesystem::path m_folder;
};

// The run that the job trains; empty if its request cannot be read.
std::filesystem::path runFolderOf(const std::filesystem::path& job);

// Whether a process trains in this folder.
bool isRunning(const std::filesystem::path& job);

// Of a job that runs no more and has not told how it ended, since it was killed: tells so in its place, with the last
// lines of errors.txt. Whoever comes first does it.
void tellWhatKilled(const std::filesystem::path& job);

// The last lines of errors.txt, or nothing.
std::string lastErrors(const std::filesystem::path& job);

}  // namespace vit
