// SPDX-License-Identifier: GPL-3.0-or-later
// One way to find, copy and read data-set files of every kind.
#pragma once

#include "core/data/store/data_store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vit {

struct FoundData {
    DataKind kind;
    std::filesystem::path folder;  // where its files are: the folder that was searched or one below
};

// Looks for a data set of any kind in the folder, and further down as long as there is but one folder to go into.
std::optional<FoundData> findData(const std::filesystem::path& folder);

// The files that make up the data set, relative to its folder.
std::vector<std::filesystem::path> filesOf(const FoundData& data);

// `imageSize` is for pictures of any size only. If the name is a known one, its numbers of images are checked.
std::shared_ptr<const Dataset> readData(const std::string& name, const FoundData& data, std::int64_t imageSize,
                                        const Progress& progress);

// "CIFAR-10 binaries", "a folder of images by class", …
std::string kindText(DataKind kind);

}  // namespace vit
