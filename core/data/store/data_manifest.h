// SPDX-License-Identifier: GPL-3.0-or-later
// The file dataset.json that lies beside the files of each data set in the store.
#pragma once

#include "core/data/channel_statistics.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

inline constexpr const char* kManifestFile = "dataset.json";

// What was measured of training images when they were first read. Count and shape say of which: a folder of pictures
// has other pixels at each image size, and others again when one of them was replaced.
struct MeasuredImages {
    std::int64_t count = 0;
    ImageShape shape;
    ChannelStatistics statistics;
    std::string files = {};  // FileMarks::times of them

    bool operator==(const MeasuredImages&) const = default;
};

struct DataManifest {
    std::string format;  // the name of its row in data_source.cpp
    std::string description = {};
    std::int64_t classes = 0;
    std::int64_t validation = 0;  // images that it sets aside itself; older manifests do not say
    std::vector<std::string> leftOut = {};  // pictures that could not be opened when it was added, with the causes
    std::vector<MeasuredImages> measured = {};

    bool operator==(const DataManifest&) const = default;
};

void writeManifest(const DataManifest& manifest, const std::filesystem::path& file);

// Throws Error if it cannot be read or is not what writeManifest writes; older ones have nothing measured.
DataManifest readManifest(const std::filesystem::path& file);

}  // namespace vit
