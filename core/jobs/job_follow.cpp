// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a file that grows, and one's commands.
#include "core/jobs/job_follow.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/system_fault.h"
#include "core/jobs/job_command.h"
#include "core/jobs/job_store.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace vit {

namespace {

constexpr int kLookMs = 40;
constexpr std::size_t kBlockBytes = 1 << 16;

struct Gone {};  // whoever read has gone

class Follower {
public:
    Follower(const std::filesystem::path& job, std::int64_t from, int input, int output)
        : m_job(job), m_skip(from), m_input(input), m_output(output),
          m_events(::open((job / job_files::kEvents).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
        if (m_events < 0) throwSystemFault("Cannot read", job / job_files::kEvents, errno);
    }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() { ::close(m_events); }

    void run() {
        tell({{"job", "attached"}});
        while (true) {
            tellPaused();
            const bool running = isRunning(m_job);  // before the last look: what it wrote until its end is then there
            if (!running) tellWhatKilled(m_job);
            while (passBlock()) {
                if (!obey(0)) return;
            }
            if (!running) return tell({{"job", "ended"}});
            if (!obey(kLookMs)) return;
        }
    }

private:
    // Whole lines alone: a torn one may still be taken back.
    bool passBlock() {
        std::array<char, kBlockBytes> block;
        const ssize_t count = ::read(m_events, block.data(), block.size());
        if (count < 0 && errno != EINTR) throwSystemFault("Cannot read", m_job / job_files::kEvents, errno);
        if (count <= 0) return false;
        m_read.append(block.data(), static_cast<std::size_t>(count));
        std::size_t begin = 0;
        std::size_t end = m_read.find('\n');
        for (; m_skip > 0 && end != std::string::npos; end = m_read.find('\n', begin)) {
            begin = end + 1;
            --m_skip;
        }
        if (const std::size_t last = m_read.rfind('\n'); m_skip == 0 && last != std::string::npos && last >= begin) {
            write(std::string_view(m_read).substr(begin, last + 1 - begin));
            begin = last + 1;
        }
        m_read.erase(0, begin);
        return true;
    }

    // False when nobody will say anything any more.
    bool obey(int milliseconds) {
        pollfd waiting{m_input, POLLIN, 0};
        if (::poll(&waiting, 1, milliseconds) <= 0) return true;
        std::array<char, kBlockBytes> block;
        const ssize_t count = ::read(m_input, block.data(), block.size());
        if (count < 0) return errno == EINTR || errno == EAGAIN;
        if (count == 0) return false;
        m_heard.append(block.data(), static_cast<std::size_t>(count));
        for (std::size_t end = m_heard.find('\n'); end != std::string::npos; end = m_heard.find('\n')) {
            try {
                sendCommand(m_job, std::string_view(m_heard).substr(0, end));
            } catch (const Error& fault) {
                tell({{"job", "refused"}, {"text", fault.what()}});
            }
            m_heard.erase(0, end + 1);
        }
        return true;
    }

    void tellPaused() {
        const bool paused = run_files::isThere(m_job / job_files::kPaused);
        if (m_paused != paused) tell({{"job", paused ? "paused" : "going"}});
        m_paused = paused;
    }

    void tell(const nlohmann::ordered_json& json) const { write(jsonText(json) + "\n"); }

    void write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t count = ::write(m_output, text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw Gone();
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    const std::filesystem::path& m_job;
    std::int64_t m_skip;
    int m_input;
    int m_output;
    int m_events;
    std::string m_read;   // not yet a whole line
    std::string m_heard;  // so too
    std::optional<bool> m_paused;
};

}  // namespace

void followJob(const std::filesystem::path& job, std::int64_t from, int input, int output) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        Follower(job, from, input, output).run();
    } catch (const Gone&) {
        return;
    }
}

}  // namespace vit
