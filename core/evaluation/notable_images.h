// SPDX-License-Identifier: GPL-3.0-or-later
// The images worth looking at first: where the model is sure and wrong, and where it is right with the least certainty.
#pragma once

#include "core/evaluation/image_answers.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// Positions, at most `most` of them; those of equal confidence in their order.
std::vector<std::int64_t> mostConfidentErrors(std::span<const ImagePrediction> images, std::size_t most);
std::vector<std::int64_t> leastCertainHits(std::span<const ImagePrediction> images, std::size_t most);

}  // namespace vit
