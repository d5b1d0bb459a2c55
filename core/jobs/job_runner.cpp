// SPDX-License-Identifier: GPL-3.0-or-later
// A session whose events go to a file, and whose commands come from a pipe.
#include "core/jobs/job_runner.h"

#include "core/base/error.h"
#include "core/data/images/image.h"
#include "core/device/device.h"
#include "core/io/append_file.h"
#include "core/io/atomic_file.h"
#include "core/io/file_lock.h"
#include "core/jobs/job_command.h"
#include "core/jobs/job_request.h"
#include "core/jobs/job_store.h"
#include "core/jobs/local_ranks.h"
#include "core/runs/run_files.h"
#include "core/session/session.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr int kListenMs = 50;

using Pictures = std::vector<std::shared_ptr<const Image>>;

Pictures decoded(const std::vector<std::string>& files) {
    Pictures pictures;
    for (const std::string& png : files) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(png.data());
        pictures.push_back(std::make_shared<const Image>(decodeImage({bytes, png.size()})));
    }
    return pictures;
}

// What is told goes to the file at once. A disk that is full ends no run: the lines wait in memory.
class EventFile {
public:
    explicit EventFile(const fs::path& path) : m_file(path) { m_file.flush(); }

    void tell(const Event& event) {
        m_file.append(toJson(event));
        try {
            m_file.flush();
            m_trouble = false;
        } catch (const Error& fault) {
            if (!m_trouble) std::cerr << fault.what() << '\n';
            m_trouble = true;
        }
    }

private:
    AppendFile m_file;
    bool m_trouble = false;
};

class RunningJob {
public:
    RunningJob(const fs::path& folder, EventFile& events) : m_folder(folder), m_events(events), m_control(folder) {}

    void train(const std::function<bool()>& interrupted) {
        const JobRequest request = jobRequestFromJson(readTextFile(m_folder / job_files::kRequest));
        LocalRanks ranks(request.ranks > 0 ? static_cast<int>(request.ranks) : gpuCount(),
                         request.dataFolder);
        Session::Options options;
        if (!request.dataFolder.empty()) options.dataFolder = request.dataFolder;
        if (!request.runsFolder.empty()) options.runsFolder = request.runsFolder;
        options.niceness = request.niceness;
        options.ranks = ranks.join();
        bool begun = false;
        {
            Session session(options, [&](const Event& event) {
                const auto* finished = std::get_if<RunFinished>(&event);
                begun = begun || (finished != nullptr && !finished->runFolder.empty());
                m_events.tell(event);
            });
            m_session = &session;
            session.setProbes(decoded(request.pictures));
            session.train(trainRequest(request));
            follow(interrupted);
            session.wait();
        }
        if (begun) ranks.meet();
        std::error_code ignored;  // an empty folder, of a run that did not begin, is in nobody's way
        fs::remove(m_folder / job_files::kPaused, ignored);
        if (request.resumeFrom.empty() && run_files::isFree(request.runFolder))
            fs::remove_all(request.runFolder, ignored);
    }

private:
    static TrainRequest trainRequest(const JobRequest& request) {
        TrainRequest train;
        if (request.resumeFrom.empty()) {
            train.config = request.config;
            train.label = request.label;
            train.runFolder = request.runFolder;
        } else {
            train.resumeFrom = request.runFolder;
            train.extension = request.extension;
        }
        return train;
    }

    void follow(const std::function<bool()>& interrupted) {
        bool stopping = false;
        while (m_session->busy()) {
            m_control.listen(kListenMs, [this](const std::string& word) { obey(word); });
            if (!stopping && interrupted()) {
                stopping = true;
                m_session->requestStop();
            }
            showPaused();
        }
    }

    void obey(const std::string& word) {
        if (word == "stop") m_session->requestStop();
        if (word == "pause") m_session->requestPause();
        if (word == "continue") m_session->requestContinue();
        if (word != "pictures") return;
        try {
            m_session->setProbes(decoded(picturesFromJson(readTextFile(m_folder / job_files::kPictures))));
        } catch (const Error& fault) {
            std::cerr << fault.what() << '\n';  // the pictures before stay pinned
        }
    }

    // For those who attach later.
    void showPaused() {
        const bool paused = m_session->paused();
        if (paused == m_shownPaused) return;
        m_shownPaused = paused;
        std::error_code ignored;
        if (paused) std::ofstream(m_folder / job_files::kPaused).flush();
        else fs::remove(m_folder / job_files::kPaused, ignored);
    }

    const fs::path& m_folder;
    EventFile& m_events;
    JobControl m_control;
    Session* m_session = nullptr;
    bool m_shownPaused = false;
};

}  // namespace

void runJob(const fs::path& job, const std::function<bool()>& interrupted) {
    const FileLock lock(job / job_files::kLock, FileLock::Wait::UntilFree);
    if (lock.state() != FileLock::State::Held) {
        throw Error("The file system of " + job.string() +
                    " knows no locks, by which others see whether a job is alive. Set XDG_DATA_HOME to a folder on a "
                    "disk of this computer.");
    }
    lock.leaveNote("process " + std::to_string(::getpid()) + "\n");
    EventFile events(job / job_files::kEvents);
    try {
        RunningJob(job, events).train(interrupted);
    } catch (const std::exception& fault) {
        std::cerr << fault.what() << '\n';
        events.tell(RunFailed{"", fault.what(), {}});
    }
}

}  // namespace vit
