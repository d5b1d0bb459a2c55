// SPDX-License-Identifier: GPL-3.0-or-later
// The data sets that are known by name.
#pragma once

#include "core/data/sources/source_files.h"
#include "core/data/store/data_store.h"
#include "core/data/store/download.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct KnownData {
    std::string name;
    std::string title;
    std::string description;
    DataKind kind = DataKind::Synthetic;
    ExpectedCounts counts;
    std::int64_t channels = 3;                    // of its images
    std::vector<std::string> classNames = {};     // where the files do not have them
    std::vector<std::int32_t> firstLabels = {};   // of training, where the files of two data sets look the same
    std::optional<Download> download = {};
};

// In the order in which they are listed.
const std::vector<KnownData>& knownData();
const KnownData* findKnownData(std::string_view name);  // nullptr if there is none

}  // namespace vit
