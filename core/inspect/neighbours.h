// SPDX-License-Identifier: GPL-3.0-or-later
// The images of a data set that a model finds most like a picture: by the cosine of the features by which it tells
// classes apart.
#pragma once

#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "core/inspect/loaded_model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vit {

// What enters the head's last layer; of a flatten head without hidden layers, where that would be all the tokens'
// numbers, the mean of the tokens after the final norm.
std::int64_t featureCount(const Config& config);
std::string featuresText(const Config& config);  // "the 1,024 numbers that enter the head's last layer"

// Of a photo of any size, in fp32. Throws InvalidInput when it is empty.
std::vector<float> featuresOf(LoadedModel& model, const Image& photo);
// Of the images of a view, which need not be of the model's classes: [images, featureCount], in fp32. Throws InvalidInput
// when the model takes images of other channels.
std::vector<float> featuresOf(LoadedModel& model, const DatasetView& images);

// The features of a split's images. They are those of a model that does not learn on, so that they are comparable with
// each other and with those of a picture that is asked for later.
struct NeighbourIndex {
    std::shared_ptr<LoadedModel> model;  // a copy of the one that was asked
    DatasetView images;
    std::int64_t features = 0;
    std::vector<float> rows;  // [images that are in it, features], each of length 1

    std::int64_t count() const { return static_cast<std::int64_t>(rows.size()) / features; }
    bool whole() const { return count() == images.count(); }
};

// With no image in it yet. Throws InvalidInput when there are no images, when their classes are not the model's, or
// when their features would take more memory than an index may.
std::shared_ptr<NeighbourIndex> beginIndex(LoadedModel& model, const DatasetView& images);
// Takes in the next images, `count` of them or as many as there are.
void extendIndex(NeighbourIndex& index, std::int64_t count);
// Begins and fills one. Throws Cancelled when `progress` says so.
std::shared_ptr<const NeighbourIndex> indexImages(LoadedModel& model, const DatasetView& images,
                                                  const LoadedModel::Progress& progress = {});

struct Neighbour {
    std::int64_t image = 0;  // its position in the split
    std::int32_t label = 0;
    double similarity = 0;  // cosine of the features, -1 to 1
};

// Among the images that are in the index: the most similar first, of equal ones that which comes first in the split.
std::vector<Neighbour> nearest(const NeighbourIndex& index, const Image& photo, int count);

}  // namespace vit
