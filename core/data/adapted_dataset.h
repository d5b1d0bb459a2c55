// SPDX-License-Identifier: GPL-3.0-or-later
// Images of another data set than a model was trained on, as that model takes them.
#pragma once

#include "core/data/data_description.h"
#include "core/data/dataset.h"

#include <memory>

namespace vit {

// The same data set where nothing differs. Else its labels go by the model's classes, found by their names in whatever
// order and whether all of them occur or not, and its images are brought to the size and the channels of those that the
// model was trained on, as a photo is. Throws InvalidInput when it has a class that the model does not know.
std::shared_ptr<const Dataset> adaptedTo(const DataDescription& model, std::shared_ptr<const Dataset> dataset);

}  // namespace vit
