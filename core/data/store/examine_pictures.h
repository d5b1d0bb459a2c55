// SPDX-License-Identifier: GPL-3.0-or-later
// The examination of a folder of pictures that someone else made.
#pragma once

#include "core/base/progress.h"
#include "core/data/store/data_manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

// Opens every picture and removes those that are broken, which the manifest names. Throws InvalidInput if they are
// more than a tenth of all, or all of a class.
DataManifest examinePictures(const std::filesystem::path& folder, const Progress& progress);

// "50,000 images to train, 10,000 to test."
std::string countsText(std::int64_t train, std::int64_t test);

}  // namespace vit
