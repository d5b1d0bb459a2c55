// SPDX-License-Identifier: GPL-3.0-or-later
// The features of all images of a data set by a model, computed once and kept on the disk.
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/finetune/fingerprints.h"
#include "core/finetune/labelled_rows.h"

#include <filesystem>
#include <memory>
#include <string>

namespace vit {

// What enters the last layer of the model's head (core/inspect/neighbours.h), in fp32. The images are taken in the order
// of the data set's two tables; the model's classes and theirs have nothing to do with each other.
struct PhotoFeatures {
    OwnRows train;
    OwnRows test;
    bool kept = false;    // they were read from the disk
    std::string trouble;  // not empty: they could not be kept, and why; the next start computes them anew
};

// $XDG_CACHE_HOME/vit-workbench/features
std::filesystem::path featureCacheFolder();

// Of the best weights of the run in `modelFolder`. Those that are kept in `cache` are taken if they are of the same
// weights, the same network and preparation, and the same images; a file that is damaged or of something else is made
// anew. The oldest go when all together take more than 2 GiB. Throws Cancelled, Error or InvalidInput (the model takes
// images of other channels, the folder holds no model).
PhotoFeatures photoFeatures(const std::filesystem::path& modelFolder, const std::shared_ptr<const Dataset>& data,
                            const Fingerprints& images, const std::filesystem::path& cache,
                            const Progress& progress = {});

// How long the features of one photo take here, in seconds: measured on some of the training photos, in less than a second
// but for the largest models. Throws as photoFeatures() does.
double secondsPerPhoto(const std::filesystem::path& modelFolder, const std::shared_ptr<const Dataset>& data,
                       const Progress& progress = {});

}  // namespace vit
