// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over the pixels of a data set's images, by which equal ones are found and the whole is known again.
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"

#include <string>
#include <vector>

namespace vit {

struct Fingerprints {
    std::vector<std::string> train;  // SHA-256 of each image's pixels as the data set gives them, in hexadecimal digits
    std::vector<std::string> test;
    std::string all;  // of all of them with the labels, the shape and the classes' names
};

// On all cores. Throws Cancelled when `progress` says so, and Error when an image cannot be read.
Fingerprints fingerprintsOf(const Dataset& data, const Progress& progress = {});

}  // namespace vit
