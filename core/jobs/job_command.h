// SPDX-License-Identifier: GPL-3.0-or-later
// What a job is told while it trains.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace vit {

// One line on the way to a job: {"command": "stop"}, "pause", "continue", or "pictures" with "pictures", a list of PNG
// files in base64, to be pinned in place of those before. Hands it to the job in this folder; nothing happens if it has
// ended. Throws InvalidInput if the line is no such command.
void sendCommand(const std::filesystem::path& job, std::string_view line);

std::string commandLine(const std::string& command);  // without a newline; of any but "pictures"

// The job's end of it: a pipe with a name.
class JobControl {
public:
    explicit JobControl(const std::filesystem::path& job);  // throws Error where the file system knows no pipes
    ~JobControl();
    JobControl(const JobControl&) = delete;
    JobControl& operator=(const JobControl&) = delete;

    // Waits so long for words, then calls `obey` for each that has come: "stop", "pause", "continue", "pictures".
    void listen(int milliseconds, const std::function<void(const std::string& word)>& obey);

private:
    std::filesystem::path m_path;
    int m_pipe;
    std::string m_heard;
};

}  // namespace vit
