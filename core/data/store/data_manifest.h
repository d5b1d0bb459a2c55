// SPDX-License-Identifier: GPL-3.0-or-later
// The file dataset.json that lies beside the files of each data set in the store.
#pragma once

#include "core/data/store/data_store.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

struct DataManifest {
    DataKind kind = DataKind::ImageFolder;
    std::string description;
    std::int64_t classes = 0;
    std::int64_t channels = 0;         // of its images: 1 (grey) or 3; 0: added before this was written down
    std::vector<std::string> leftOut;  // pictures that could not be opened when the data set was added, with the causes

    bool operator==(const DataManifest&) const = default;
};

void writeManifest(const DataManifest& manifest, const std::filesystem::path& file);

// Throws Error if it cannot be read or is not what writeManifest writes.
DataManifest readManifest(const std::filesystem::path& file);

}  // namespace vit
