// SPDX-License-Identifier: GPL-3.0-or-later
// The formats of data sets, each a row of one table: how its files are found, listed, examined and read.
#pragma once

#include "core/base/progress.h"
#include "core/config/config.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct DataManifest;
struct KnownData;

// What a reader is asked for.
struct DataRequest {
    std::string name;              // the data set's, for faults and progress
    std::filesystem::path folder;  // where its files are
    ImageSize imageSize = {};      // in pixels; for formats with pictures of any size only
    const DataConfig* how = nullptr;  // likewise: how they are brought to it; null: as by default
    std::optional<std::int64_t> photoMemory = {};  // likewise: bytes that they may take; none: photoMemory()
    const KnownData* known = nullptr;  // whose numbers of images are to be found; null: any data of this format
    const Progress& progress;
};

// To add a format: write its functions in a file of its own in core/data/sources, which end in LabelledImages (two
// MemoryImages, or two of one's own ImageSource where the images are to stay on the disk), and its row in
// data_source.cpp. Store, command line and window need no more.
struct DataFormat {
    std::string_view name;  // in dataset.json
    const char* text;       // "CIFAR-10 binaries", "a folder of images by class"
    int channels = 3;       // what its images have as a rule: for estimates before they are read
    bool anySize = false;   // pictures of any size, brought to the image size that is asked for
    bool builtIn = false;   // made by the program, without files; the three functions for files are null
    bool (*isIn)(const std::filesystem::path& folder) = nullptr;
    // The files that make up the data set, relative to its folder.
    std::vector<std::filesystem::path> (*files)(const std::filesystem::path& folder) = nullptr;
    // What a manifest says of copied files, some of which it may remove; null: what reading them all tells.
    DataManifest (*examine)(const std::filesystem::path& folder, const Progress& progress) = nullptr;
    LabelledImages (*read)(const DataRequest& request) = nullptr;
};

// In the order in which a folder is tried for them.
std::span<const DataFormat> dataFormats();

// Throws Error if there is none of this name.
const DataFormat& dataFormat(std::string_view name);

struct FoundData {
    const DataFormat& format;
    std::filesystem::path folder;  // where its files are: the folder that was searched or one below
};

// Looks for a data set of any format in the folder, and further down as long as there is but one folder to go into.
std::optional<FoundData> findData(const std::filesystem::path& folder);

}  // namespace vit
