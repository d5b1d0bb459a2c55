// SPDX-License-Identifier: GPL-3.0-or-later
// Which images of a training table are held back for validation, where these are to be of every class alike.
#pragma once

#include "core/data/image_source.h"

#include <cstdint>
#include <vector>

namespace vit {

// Places in a table; both lists ascend, and each place is in one of them.
struct TrainingParts {
    std::vector<std::int64_t> train;
    std::vector<std::int64_t> validation;
};

// Holds back `validation` images, of each class its share of them: rounded down, and what is left over by the largest
// remainders (Hamilton's method), though a class gives its last image only if no other can. Which ones, the seed draws for
// each class, so that they depend on its own images alone. Labels lie within 0 … classes-1.
TrainingParts stratifiedParts(const ImageSource& images, std::int64_t classes, std::int64_t validation,
                              std::uint64_t seed);

}  // namespace vit
