// SPDX-License-Identifier: GPL-3.0-or-later
// The training-time augmentations as a person can look at them.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"

#include <cstdint>
#include <vector>

namespace vit {

// `count` versions of one image, resized to the model's input and changed by every augmentation that is on, as a
// training step would; the same seed gives the same pictures.
std::vector<Image> augmentedSamples(const Image& image, const Config& config, int count, std::uint64_t seed);

}  // namespace vit
