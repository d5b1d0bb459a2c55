// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes about.json.
#include "core/runs/run_about.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <algorithm>

namespace vit {

namespace {

std::string trimmed(const std::string& text) {
    constexpr const char* kSpaces = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kSpaces);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

}  // namespace

RunAbout readAbout(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / run_files::kAbout;
    if (!run_files::isThere(path)) return {};
    try {
        const auto json = nlohmann::json::parse(readTextFile(path));
        return {json.value("name", std::string()), json.value("notes", std::string()),
                json.value("tags", std::vector<std::string>())};
    } catch (const nlohmann::json::exception& fault) {
        throw Error("Cannot read " + path.string() + ": " + jsonFault(fault) +
                    ". Mend or remove that file; the run itself does not depend on it.");
    }
}

void writeAbout(const std::filesystem::path& folder, const RunAbout& about) {
    const nlohmann::ordered_json json = {{"name", about.name}, {"notes", about.notes}, {"tags", about.tags}};
    writeFileAtomically(folder / run_files::kAbout, jsonText(json, 2) + "\n");
}

std::string runName(const std::filesystem::path& folder) {
    try {
        if (std::string given = readAbout(folder).name; !given.empty()) return given;
    } catch (const Error&) {
        // whoever reads its notes or changes them is told
    }
    return std::filesystem::absolute(folder / "").parent_path().filename().string();
}

std::vector<std::string> tagsFromText(const std::string& text) {
    std::vector<std::string> tags;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string tag = trimmed(text.substr(begin, end - begin));
        if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
        begin = end + 1;
    }
    return tags;
}

std::string tagsText(const std::vector<std::string>& tags) {
    std::string text;
    for (const std::string& tag : tags) text += (text.empty() ? "" : ", ") + tag;
    return text;
}

}  // namespace vit
