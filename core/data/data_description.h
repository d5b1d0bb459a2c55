// SPDX-License-Identifier: GPL-3.0-or-later
// What must be known besides hyperparameters and weights to use a model: what it was trained on.
#pragma once

#include "core/config/derived.h"
#include "core/data/dataset.h"

#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct DataDescription {
    std::string dataset;  // its name
    std::vector<std::string> classNames;
    Dataset::Shape nativeShape;    // of the training images
    ChannelStatistics statistics;  // with which the inputs are normalised
    FileMarks files = {};          // of training and test images; empty where they have no files of their own

    ModelInput input() const { return {nativeShape.channels, static_cast<std::int64_t>(classNames.size())}; }
};

DataDescription describe(const Dataset& dataset);

// As one JSON object. fromJson throws Error when something is missing or of the wrong kind.
std::string toJson(const DataDescription& description);
DataDescription dataDescriptionFromJson(std::string_view json);

}  // namespace vit
