// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of photos as a data set of the store.
#pragma once

#include "core/base/progress.h"
#include "core/data/store/data_store.h"

#include <filesystem>
#include <string>

namespace vit {

// The name that a folder's data set gets: "My cats!" becomes "my-cats".
std::string dataNameOf(const std::filesystem::path& folder);

// The data set with the photos of a folder, which has a folder for each class (core/data/sources/image_folder.h): one that
// is in the store already if its files are the same by name and size, else a new one, named after the folder, with a number
// if that is taken. Throws InvalidInput if it is no such folder, Cancelled and Error.
DataInfo photosOf(DataStore& store, const std::filesystem::path& folder, const Progress& progress = {});

}  // namespace vit
