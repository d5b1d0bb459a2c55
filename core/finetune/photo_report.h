// SPDX-License-Identifier: GPL-3.0-or-later
// What matters about a person's photos before a model is taught with them.
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/store/data_store.h"
#include "core/finetune/fingerprints.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

std::string photosText(std::int64_t count);  // "1 photo", "1,200 photos"

struct PhotoClass {
    std::string name;
    std::int64_t train = 0;  // photos
    std::int64_t test = 0;
};

struct PhotoReport {
    std::string data;
    std::int64_t train = 0;
    std::int64_t test = 0;
    std::int64_t validation = 0;  // of `train`: what the data set sets aside; no way needs any, so that all learn from them
    std::vector<PhotoClass> classes;
    std::vector<std::string> warnings;  // sentences; empty: nothing stands out
};

// Classes with fewer than five training photos, or far fewer than others; photos whose pixels, as the data set gives them,
// are the same among training and test, among training and the data set's own validation, or in two classes; files that were
// left out when the data set was added; and of photos with files of their own, those smaller than the model's input, and sizes
// that differ tenfold.
PhotoReport photoReport(const DataInfo& info, const Dataset& data, const Fingerprints& images, const ImageSize& size,
                        const Progress& progress = {});

}  // namespace vit
