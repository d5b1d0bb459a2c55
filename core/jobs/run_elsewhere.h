// SPDX-License-Identifier: GPL-3.0-or-later
// The file elsewhere.json in the folder of a run that another process or computer trains.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vit {

struct RunElsewhere {
    std::string host;  // as ssh is given it; empty: this computer
    std::string job;   // its id there
    std::string run;   // the run's name there
    bool done = false;  // it has ended and all of it is here

    bool operator==(const RunElsewhere&) const = default;
};

// None if the run was trained here alone. Throws Error if the file is damaged.
std::optional<RunElsewhere> readRunElsewhere(const std::filesystem::path& run);
void writeRunElsewhere(const std::filesystem::path& run, const RunElsewhere& about);

void forgetElsewhere(const std::filesystem::path& run);  // it is one of this computer from now on

// The runs of which not all is here yet, newest first. Those whose file is damaged are passed over.
std::vector<std::filesystem::path> unfinishedElsewhere(const std::filesystem::path& runsFolder);

// A folder for a run of this name, not there yet: the name itself, or with "-2" and so on where another run has it.
// Throws Error if the name, which another computer gave, could lead out of the folder of runs.
std::filesystem::path makeMirror(const std::filesystem::path& runsFolder, const std::string& run);

}  // namespace vit
