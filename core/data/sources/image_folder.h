// SPDX-License-Identifier: GPL-3.0-or-later
// A person's own pictures: a folder for each class.
#pragma once

#include "core/base/progress.h"
#include "core/config/config.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// The bytes that the decoded photos of one data set may take: a quarter of the memory that programs could get now.
std::int64_t photoMemory();

struct LabelledFile {
    std::filesystem::path path;  // relative to the data set's folder
    std::int32_t label = 0;
};

// The pictures of a folder. Either it has the folders train and test or val (then the pictures of val come last in
// the training table, where the validation split is taken from; without test, val is the test table), or it has the
// classes' folders themselves; then a fifth of each class, chosen by a fixed seed, is the test table. Classes are in
// natural order ("2" before "10"); the pictures of each table are in a random order that is always the same, so that
// every class is in the validation split.
struct ImageFolder {
    std::vector<std::string> classNames;
    std::vector<LabelledFile> train;
    std::vector<LabelledFile> test;
    std::int64_t validation = 0;       // so many of train's last pictures are those of val, beside test
    bool validationIsTheTest = false;  // there are none of test, and those of val are in its place
};

// Whether there are at least two classes' folders with pictures in them.
bool isImageFolder(const std::filesystem::path& folder);

// Looks at names only. Throws InvalidInput if there are fewer than two classes, if val or test has a class that train
// lacks, or if the name of a class is not UTF-8.
ImageFolder listImageFolder(const std::filesystem::path& folder);

// Files whose names say that they are pictures, but of a format that cannot be opened on this computer; relative to the
// folder. They are in no listing.
std::vector<std::filesystem::path> unopenablePictures(const std::filesystem::path& folder);

struct BrokenImage {
    std::filesystem::path path;  // relative to the data set's folder
    std::string cause;
};

// Opens every picture, on all cores.
std::vector<BrokenImage> findBrokenImages(const std::filesystem::path& folder, const ImageFolder& images,
                                          const Progress& progress = {});

// The pictures as PhotoImages of `size`, RGB, which prepareForModel() makes of them by `how`. If all fit into
// `memory` bytes, they are decoded now, on all cores, and this throws Error at the first one that cannot be opened.
// Otherwise they are decoded when they are read, those of the training table first being kept. Throws Error too if this
// computer's memory could not hold even one.
LabelledImages readImageFolder(const std::string& name, const std::filesystem::path& folder, const ImageSize& size,
                               const Progress& progress = {}, const DataConfig& how = {},
                               std::int64_t memory = photoMemory());

}  // namespace vit
