// SPDX-License-Identifier: GPL-3.0-or-later
// What a job is asked to train: one JSON object, which may come from another computer.
#pragma once

#include "core/config/config.h"
#include "core/runs/extension.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct JobRequest {
    std::string version;     // of the program that asks; see jobVersion()
    Config config;
    std::string token;       // asked for again with the same one, the same job is meant; empty: always another one
    std::string label;       // becomes part of the run's name
    std::string resumeFrom;  // the name of a run there, to go on with; config is then its own. Empty: a new run
    Extension extension;     // of a run that is resumed
    std::int64_t ranks = 1;  // processes that train together; 0: one for each GPU that is found
    std::vector<std::string> pictures;  // pinned ones: the bytes of PNG files
    int niceness = 0;        // 0–19
    std::filesystem::path dataFolder;  // empty: the ones of the user there
    std::filesystem::path runsFolder;
    std::filesystem::path runFolder;   // the run's own; made when the job is started
};

// The version of this program. Two that train for each other must be of the same one.
std::string jobVersion();
// Throws InvalidInput, which names both, when `other` is not that.
void requireSameVersion(const std::string& other);

std::string toJson(const JobRequest& request);
// Throws InvalidInput when the text is no such request.
JobRequest jobRequestFromJson(std::string_view text);

// A list of pictures as JSON and back, likewise.
std::string picturesJson(const std::vector<std::string>& pictures);
std::vector<std::string> picturesFromJson(std::string_view text);

}  // namespace vit
