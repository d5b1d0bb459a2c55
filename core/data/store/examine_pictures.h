// SPDX-License-Identifier: GPL-3.0-or-later
// The examination of a folder of pictures that someone else made.
#pragma once

#include "core/base/progress.h"
#include "core/data/sources/image_folder.h"
#include "core/data/store/data_manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// Opens every picture and removes those that are broken, which the manifest names. Throws InvalidInput if they are
// more than a tenth of all, or all of a class.
DataManifest examinePictures(const std::filesystem::path& folder, const Progress& progress);

// Pictures by their names that no codec here can open, and why.
std::vector<BrokenImage> unopenableIn(const std::filesystem::path& folder);
// "(a.gif, …) cannot be opened on this computer, which opens …": the end of a sentence.
std::string formatAdvice(const std::vector<BrokenImage>& unopenable);
// Writes down that they were left out, if there are any.
void tellUnopenable(const std::vector<BrokenImage>& unopenable, DataManifest& manifest);

// "50,000 images to train, 10,000 to test."; with validation images of their own, which are not among `train` here,
// "40,000 images to train, 10,000 to validate, 10,000 to test."
std::string countsText(std::int64_t train, std::int64_t test, std::int64_t validation = 0);

}  // namespace vit
