// SPDX-License-Identifier: GPL-3.0-or-later
// What a person says of a run: its name, notes and tags, in about.json of the run's folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

struct RunAbout {
    std::string name;   // empty: the run is called as its folder is
    std::string notes;  // free text of any number of lines
    std::vector<std::string> tags;

    bool operator==(const RunAbout&) const = default;
};

// All empty when nobody has said anything yet. Throws Error if the file is damaged.
RunAbout readAbout(const std::filesystem::path& folder);
// Atomic. Throws Error if the folder is gone or cannot be written. RunStore::rename sees to it that names stay unique.
void writeAbout(const std::filesystem::path& folder, const RunAbout& about);

// What the run is called: the name that it was given, else its folder's. A damaged about.json, on which no run depends,
// is as good as none here.
std::string runName(const std::filesystem::path& folder);

// "baseline, wide model" → {"baseline", "wide model"}: without empty and repeated ones, in the order given.
std::vector<std::string> tagsFromText(const std::string& text);
std::string tagsText(const std::vector<std::string>& tags);

}  // namespace vit
