// SPDX-License-Identifier: GPL-3.0-or-later
// Compares listings, and adds.
#include "core/finetune/photo_folder.h"

#include "core/base/error.h"
#include "core/data/sources/image_folder.h"
#include "core/data/store/data_import.h"
#include "core/data/store/data_manifest.h"
#include "core/data/store/data_source.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <system_error>
#include <vector>

namespace vit {

namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::uintmax_t>;  // by path: bytes

Files filesOf(const fs::path& folder) {
    const ImageFolder images = listImageFolder(folder);
    Files files;
    std::error_code ignored;
    for (const auto* list : {&images.train, &images.test})
        for (const LabelledFile& file : *list) files[file.path.string()] = fs::file_size(folder / file.path, ignored);
    return files;
}

// What was left out when the data set was added is in the folder still.
bool isCopyOf(const DataInfo& info, const Files& wanted) {
    if (!info.available || !info.anySize || info.folder.empty()) return false;
    try {
        Files files = filesOf(info.folder / kFilesFolder);
        const DataManifest manifest = readManifest(info.folder / kManifestFile);
        for (const auto& file : wanted) {
            const bool leftOut = std::ranges::any_of(
                manifest.leftOut, [&](const std::string& text) { return text.starts_with(file.first + ": "); });
            if (leftOut) files.insert(file);
        }
        return files == wanted;
    } catch (const Error&) {
        return false;  // it is damaged
    }
}

// Without a slash at its end.
fs::path plain(const fs::path& folder) {
    const fs::path normal = fs::absolute(folder).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

std::string dataNameOf(const fs::path& folder) {
    constexpr std::size_t kLongest = 48;
    std::string name;
    for (const unsigned char c : plain(folder).filename().string()) {
        if (std::isalnum(c) && c < 0x80) name += static_cast<char>(std::tolower(c));
        else if (!name.empty() && name.back() != '-') name += '-';
    }
    name.resize(std::min(name.size(), kLongest));
    while (name.ends_with('-')) name.pop_back();
    return name.empty() ? "photos" : name;
}

DataInfo photosOf(DataStore& store, const fs::path& given, const Progress& progress) {
    std::error_code fault;
    const fs::path folder = plain(given);
    if (!fs::is_directory(folder, fault))
        throw InvalidInput(folder.string() +
                           " is no folder: choose one that has a folder for each class, with photos in it.");
    const auto found = findData(folder);
    const Files files = filesOf(found ? found->folder : folder);  // says what is missing if it is none
    const std::vector<DataInfo> known = store.list();
    for (const DataInfo& info : known)
        if (isCopyOf(info, files)) return info;
    const std::string base = dataNameOf(folder);
    std::string name = base;
    const auto taken = [&] {
        return std::ranges::any_of(known, [&](const DataInfo& info) { return info.name == name; });
    };
    for (int number = 2; taken(); ++number) name = base + "-" + std::to_string(number);
    return store.add(name, folder, progress);
}

}  // namespace vit
