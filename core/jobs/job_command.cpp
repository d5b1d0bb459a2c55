// SPDX-License-Identifier: GPL-3.0-or-later
// Words through a pipe with a name; what is longer than a pipe takes in one piece goes as a file beside it.
#include "core/jobs/job_command.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"
#include "core/io/system_fault.h"
#include "core/jobs/job_request.h"
#include "core/jobs/job_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vit {

namespace {

constexpr std::array<std::string_view, 4> kWords = {"stop", "pause", "continue", "pictures"};
constexpr const char* kPictures = "pictures";

}  // namespace

void sendCommand(const std::filesystem::path& job, std::string_view line) {
    const auto json = parseStrictJson(line);
    const auto command = json.is_object() ? json.find("command") : json.end();
    const std::string word = command != json.end() && command->is_string() ? command->get<std::string>() : "";
    if (std::find(kWords.begin(), kWords.end(), word) == kWords.end())
        throw InvalidInput("A job understands the commands stop, pause, continue and pictures.");
    if (word == kPictures) {
        const auto list = json.find(kPictures);
        if (list == json.end()) throw InvalidInput("The command \"pictures\" has none.");
        const std::string text = jsonText(*list);
        picturesFromJson(text);
        writeFileAtomically(job / job_files::kPictures, text);
    }
    const int pipe = ::open((job / job_files::kControl).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (pipe < 0) return;  // nobody listens any more
    const std::string text = word + '\n';
    const ssize_t written = ::write(pipe, text.data(), text.size());
    const int code = errno;
    ::close(pipe);
    if (written < 0 && code != EPIPE) throwSystemFault("Cannot write", job / job_files::kControl, code);
}

std::string commandLine(const std::string& command) {
    return jsonText(nlohmann::ordered_json{{"command", command}});
}

JobControl::JobControl(const std::filesystem::path& job) : m_path(job / job_files::kControl) {
    ::unlink(m_path.c_str());
    if (::mkfifo(m_path.c_str(), 0600) != 0) throwSystemFault("Cannot make the pipe", m_path, errno);
    // For writing too: it would else end with the first one who has said what he had to say.
    m_pipe = ::open(m_path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (m_pipe < 0) throwSystemFault("Cannot open the pipe", m_path, errno);
}

JobControl::~JobControl() {
    ::close(m_pipe);
    ::unlink(m_path.c_str());
}

void JobControl::listen(int milliseconds, const std::function<void(const std::string& word)>& obey) {
    pollfd waiting{m_pipe, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) <= 0) return;
    std::array<char, 4096> block;
    const ssize_t count = ::read(m_pipe, block.data(), block.size());
    if (count <= 0) return;
    m_heard.append(block.data(), static_cast<std::size_t>(count));
    for (std::size_t end = m_heard.find('\n'); end != std::string::npos; end = m_heard.find('\n')) {
        const std::string word = m_heard.substr(0, end);
        m_heard.erase(0, end + 1);
        obey(word);
    }
}

}  // namespace vit
